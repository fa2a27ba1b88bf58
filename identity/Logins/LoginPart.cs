using Microsoft.Data.Sqlite;
using Roost.Identity.Secrets;
using Roost.Identity.Things;

namespace Roost.Identity.Logins;

/// <summary>Reads the logins into memory before the first listener opens; those of a thing go with it.</summary>
internal sealed class LoginPart(SealingKeys seals, Users users, Tokens tokens, TokenExpiry expiry, AccessKeys keys, CredentialChanges credentials, LoginMetrics metrics) : IIdentityPart, IThingEnding
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

    public async Task BeginAsync(string thing, ChangedBy by, CancellationToken cancellationToken)
    {
        foreach (var principal in PrincipalsOf(thing))
        {
            await credentials.DetachAllAsync(principal, by);
        }
    }

    public void Delete(SqliteConnection connection, string thing)
    {
        RegistryRows.Execute(connection, "DELETE FROM users WHERE thing = $thing", ("$thing", thing));
        RegistryRows.Execute(connection, "DELETE FROM tokens WHERE thing = $thing", ("$thing", thing));
        RegistryRows.Execute(connection, "DELETE FROM access_keys WHERE thing = $thing", ("$thing", thing));
    }

    public async Task ForgetAsync(string thing)
    {
        await users.ForgetAsync(thing);
        await tokens.ForgetAsync(thing);
        await keys.ForgetAsync(thing);
    }

    private IEnumerable<string> PrincipalsOf(string thing) =>
    [
        .. users.List().Where(user => user.Thing == thing).Select(user => user.PrincipalId),
        .. tokens.List().Where(token => token.Thing == thing).Select(token => token.PrincipalId),
        .. keys.List().Where(key => key.Thing == thing).Select(key => key.PrincipalId),
    ];
}
