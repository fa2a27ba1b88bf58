using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Roost.Identity.Secrets;

namespace Roost.Identity.Logins;

/// <summary>Reads the logins into memory before the first listener opens, and takes away those of things that are gone.</summary>
internal sealed class LoginPart(SealingKeys seals, Users users, Tokens tokens, AccessKeys keys, CredentialChanges credentials, IdentityChanges changes, LoginMetrics metrics, ILogger<LoginPart> logger) : IIdentityPart
{
    private const string ThingPrefix = "thing/";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        seals.Load();
        users.Load();
        tokens.Load();
        keys.Load();
        metrics.Observe(() => [("user", users.Count), ("token", tokens.Count), ("key", keys.Count)]);
        changes.Subscribe(HearAsync);
        await RemoveGoneAsync(cancellationToken); // of a deletion that a power cut has cut short
    }

    private Task HearAsync(IdentityChange change) =>
        change is { Kind: IdentityChangeKind.CredentialEnded, Subject: { } subject } && subject.StartsWith(ThingPrefix, StringComparison.Ordinal) && credentials.IsGone(subject[ThingPrefix.Length..])
            ? RemoveGoneAsync(CancellationToken.None)
            : Task.CompletedTask;

    private async Task RemoveGoneAsync(CancellationToken cancellationToken)
    {
        foreach (var user in users.List().Where(user => credentials.IsGone(user.Thing)))
        {
            await TryAsync(user.PrincipalId, () => users.DeleteAsync(user.Name, ChangedBy.Gateway, cancellationToken));
        }

        foreach (var token in tokens.List().Where(token => credentials.IsGone(token.Thing)))
        {
            await TryAsync(token.PrincipalId, () => tokens.RevokeAsync(token.Id, ChangedBy.Gateway, cancellationToken));
        }

        foreach (var key in keys.List().Where(key => credentials.IsGone(key.Thing)))
        {
            await TryAsync(key.PrincipalId, () => keys.DeleteAsync(key.Id, ChangedBy.Gateway, cancellationToken));
        }
    }

    // What cannot be removed now is refused all the same, as its thing is gone, and removed at the next start.
    private async Task TryAsync(string principal, Func<Task> remove)
    {
        try
        {
            await remove();
        }
        catch (ChangeRefusedException)
        {
            // an operator was faster
        }
        catch (SqliteException exception)
        {
            logger.NotRemoved(principal, exception);
        }
    }
}
