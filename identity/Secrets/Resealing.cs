using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Roost.Identity.Logins;

namespace Roost.Identity.Secrets;

/// <summary>
/// Gives everything that is sealed another key: the new key is in the file before the old one, then one transaction seals all of it anew, then the old key goes. Cut short anywhere,
/// the next start goes on.
/// </summary>
internal sealed class Resealing(CredentialChanges changes, SealingKeys seals, SecretStore secrets, AccessKeys keys, ILogger<Resealing> logger) : IIdentityPart
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        secrets.Load();
        if (seals.All.Count > 1)
        {
            await changes.InTurnAsync(ResealAsync, cancellationToken);
        }

        if (Unreadable().Count is > 0 and var count)
        {
            logger.SealedByOthers(count);
        }
    }

    /// <summary>What no key here opens: <c>secret/NAME</c>, <c>key/ID</c>. It stays as it is until its key comes back, or it is set anew.</summary>
    public IReadOnlyList<string> Unreadable() =>
        [.. secrets.List().Where(secret => !secrets.IsReadable(secret)).Select(static secret => $"secret/{secret.Name}").Order(StringComparer.Ordinal), .. keys.List().Where(key => !keys.IsReadable(key)).Select(static key => key.PrincipalId)];

    /// <returns>How many secrets and access keys have another key now.</returns>
    /// <exception cref="ChangeRefusedException">The key is systemd's: it is changed where it comes from.</exception>
    public Task<int> RotateAsync(ChangedBy by, CancellationToken cancellationToken) => changes.InTurnAsync(
        async () =>
        {
            if (seals.IsCredential)
            {
                throw new ChangeRefusedException(
                    ChangeFault.Conflict,
                    $"The key comes from the credential {SealingKeys.CredentialName}. Put a new key on a line before the old one in it and restart the daemon, which seals everything anew; then take the old line away.");
            }

            seals.Begin();
            var count = await ResealAsync();
            await changes.RecordAsync(by, "secret.rekey", "secrets", thing: null);
            return count;
        },
        cancellationToken);

    private async Task<int> ResealAsync()
    {
        var count = 0;
        await changes.WriteAsync(thing: null, connection => count = Reseal(connection));
        secrets.Load();
        keys.Load();
        seals.Finish();
        return count;
    }

    private int Reseal(SqliteConnection connection)
    {
        var count = 0;
        foreach (var secret in SecretRows.All(connection))
        {
            if (Again(secret.Place, secret.Sealed) is { } again)
            {
                SecretRows.Put(connection, secret with { Sealed = again });
                count++;
            }
        }

        foreach (var key in AccessKeyRows.All(connection))
        {
            if (Again(key.Place, key.Sealed) is { } again)
            {
                AccessKeyRows.Put(connection, key with { Sealed = again });
                count++;
            }
        }

        return count;
    }

    /// <returns>Null: it has the current key already, or none that is here.</returns>
    private byte[]? Again(string place, byte[] sealedSecret) =>
        !Seal.IsOf(seals.Current, sealedSecret) && Seal.TryOpen(seals.All, place, sealedSecret) is { } secret ? Seal.Close(seals.Current, place, secret) : null;
}
