using Microsoft.Data.Sqlite;
using Roost.Identity.Secrets;
using Roost.Identity.Things;

namespace Roost.Identity.Logins;

/// <summary>Reads the logins into memory before the first listener opens; those of a thing go with it.</summary>
internal sealed class LoginPart(SealingKeys seals, Users users, Tokens tokens, TokenExpiry expiry, AccessKeys keys, LoginMetrics metrics) : IIdentityPart, IThingEnding
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        seals.Load();
        users.Load();
        tokens.Load();
        keys.Load();
        metrics.Observe(() => [("user", users.Count), ("token", tokens.Count), ("key", keys.Count)]);
        expiry.Start();
        return Task.CompletedTask;
    }

    public void Delete(SqliteConnection connection, string thing)
    {
        RegistryRows.Execute(connection, "DELETE FROM users WHERE thing = $thing", ("$thing", thing));
        RegistryRows.Execute(connection, "DELETE FROM tokens WHERE thing = $thing", ("$thing", thing));
        RegistryRows.Execute(connection, "DELETE FROM access_keys WHERE thing = $thing", ("$thing", thing));
    }

    public Task ForgetAsync(string thing) => EachStep.TakeAsync(() => users.ForgetAsync(thing), () => tokens.ForgetAsync(thing), () => keys.ForgetAsync(thing));

    public IReadOnlyList<string> PrincipalsOf(string thing) =>
    [
        .. users.List().Where(user => user.Thing == thing).Select(user => user.PrincipalId),
        .. tokens.List().Where(token => token.Thing == thing).Select(token => token.PrincipalId),
        .. keys.List().Where(key => key.Thing == thing).Select(key => key.PrincipalId),
    ];
}
