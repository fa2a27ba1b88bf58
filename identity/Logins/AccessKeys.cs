using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Roost.Identity.Secrets;

namespace Roost.Identity.Logins;

/// <summary>The AWS access keys of this gateway. Their secrets are sealed on the disk and in memory, and opened for each signature. Any thread may call.</summary>
internal sealed class AccessKeys(CredentialChanges changes, SealingKeys seals, TimeProvider time, ILogger<AccessKeys> logger) : IAccessKeys
{
    private const int Most = 10_000;
    private const string Prefix = "AKIA";
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int SecretBytes = 30; // 40 characters of base64, as AWS has them

    private static readonly TimeSpan _useResolution = TimeSpan.FromHours(1);

    private ImmutableDictionary<string, AccessKeyRecord> _keys = ImmutableDictionary.Create<string, AccessKeyRecord>(StringComparer.Ordinal);

    public int Count => Volatile.Read(ref _keys).Count;

    /// <summary>Those whose secret no key here opens.</summary>
    public int CountUnreadable() => List().Count(key => !IsReadable(key));

    /// <summary>Whether its secret can be had: without that it signs nothing.</summary>
    public bool IsReadable(AccessKeyRecord key) => Seal.TryOpen(seals.All, key.Place, key.Sealed) is not null;

    public bool IsSealed(string accessKeyId) => Volatile.Read(ref _keys).TryGetValue(accessKeyId, out var key) && !IsReadable(key);

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<AccessKeyRecord> List() => [.. Volatile.Read(ref _keys).Values.OrderBy(key => key.CreatedAt).ThenBy(key => key.Id, StringComparer.Ordinal)];

    /// <exception cref="ChangeRefusedException">There is no such key.</exception>
    public AccessKeyRecord Get(string id) => Volatile.Read(ref _keys).GetValueOrDefault(id)
        ?? throw new ChangeRefusedException(ChangeFault.NotFound, "There is no access key of that identifier. 'roost key list' shows those that there are.");

    public ValueTask<AccessKeySecret?> FindAsync(string accessKeyId, CancellationToken cancellationToken)
    {
        if (!Volatile.Read(ref _keys).TryGetValue(accessKeyId, out var key) || Seal.TryOpen(seals.All, key.Place, key.Sealed) is not { } secret)
        {
            return ValueTask.FromResult<AccessKeySecret?>(null);
        }

        var found = new AccessKeySecret(key.ToPrincipal(), Encoding.ASCII.GetString(secret), key.IsActive && !changes.IsGone(key.Thing));
        CryptographicOperations.ZeroMemory(secret);
        return ValueTask.FromResult<AccessKeySecret?>(found);
    }

    public void Load() => Volatile.Write(ref _keys, changes.Read(AccessKeyRows.All).ToImmutableDictionary(key => key.Id, StringComparer.Ordinal));

    /// <exception cref="ChangeRefusedException">The label is none, or the thing or a policy is not there.</exception>
    public Task<NewAccessKey> CreateAsync(string label, string? thing, IReadOnlyList<string> policies, ChangedBy by, CancellationToken cancellationToken)
    {
        LoginNames.CheckLabel(label);
        return changes.InTurnAsync(
            async () =>
            {
                changes.CheckThing(thing);
                changes.CheckPolicies(policies);
                if (_keys.Count >= Most)
                {
                    throw new ChangeRefusedException(ChangeFault.LimitExceeded, $"There are {Most} access keys, and no more fit. 'roost key delete' takes away those that nobody uses.");
                }

                var id = NewId();
                var secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes));
                var key = new AccessKeyRecord
                {
                    Id = id, Sealed = Seal.Close(seals.Current, AccessKeyRecord.PlaceOf(id), Encoding.ASCII.GetBytes(secret)), Label = label, Thing = thing, IsActive = true, CreatedAt = time.GetUtcNow(),
                };
                await PutAsync(key);
                await changes.RecordAsync(by, "key.create", key.PrincipalId, thing);
                await changes.AttachAsync(policies, key.PrincipalId, by);
                return new NewAccessKey(key, secret);
            },
            cancellationToken);
    }

    /// <summary>An inactive key signs nothing until it is active again; nothing else of it changes.</summary>
    /// <exception cref="ChangeRefusedException">There is no such key.</exception>
    public Task<AccessKeyRecord> SetActiveAsync(string id, bool isActive, ChangedBy by, CancellationToken cancellationToken) =>
        changes.InTurnAsync(
            async () =>
            {
                var key = Get(id) with { IsActive = isActive };
                await PutAsync(key);
                await (isActive
                    ? changes.RecordAsync(by, "key.activate", key.PrincipalId, key.Thing)
                    : changes.RecordAndEndAsync(by, "key.deactivate", key.PrincipalId, key.Thing));
                return key;
            },
            cancellationToken);

    /// <exception cref="ChangeRefusedException">There is no such key.</exception>
    public Task DeleteAsync(string id, ChangedBy by, CancellationToken cancellationToken) =>
        changes.InTurnAsync(
            async () =>
            {
                var key = Get(id);
                await changes.WriteAsync(thing: null, connection => AccessKeyRows.Delete(connection, id));
                ImmutableInterlocked.TryRemove(ref _keys, id, out _);
                await changes.RecordAndDeleteAsync(by, "key.delete", key.PrincipalId, key.Thing);
                return key;
            },
            cancellationToken);

    /// <summary>Keeps in mind that it has signed something good, and writes that down once an hour, when there is time.</summary>
    public void NoteUse(string accessKeyId)
    {
        var now = time.GetUtcNow();
        if (!Volatile.Read(ref _keys).TryGetValue(accessKeyId, out var key) || now - key.UsedAt < _useResolution || !ImmutableInterlocked.TryUpdate(ref _keys, key.Id, key with { UsedAt = now }, key))
        {
            return;
        }

        _ = StoreAsync();

        async Task StoreAsync()
        {
            try
            {
                await changes.WriteAsync(thing: null, connection => AccessKeyRows.SetUsed(connection, key.Id, now));
            }
            catch (Exception exception) when (exception is SqliteException or ObjectDisposedException)
            {
                logger.UseNotStored(key.PrincipalId, exception);
            }
        }
    }

    /// <summary>Those of a thing that is deleted in the database.</summary>
    public Task ForgetAsync(string thing) => changes.InTurnAsync(
        async () =>
        {
            var gone = List().Where(key => key.Thing == thing).ToList();
            foreach (var key in gone)
            {
                ImmutableInterlocked.TryRemove(ref _keys, key.Id, out _);
            }

            await EachStep.TakeAsync(gone.Select(key => (Func<Task>)(() => changes.RecordAndEndAsync(ChangedBy.Gateway, "key.delete", key.PrincipalId, thing))));
            return true;
        },
        CancellationToken.None);

    private async Task PutAsync(AccessKeyRecord key)
    {
        await changes.WriteAsync(key.Thing, connection => AccessKeyRows.Put(connection, key));
        ImmutableInterlocked.Update(ref _keys, static (keys, one) => keys.SetItem(one.Id, one), key);
    }

    private string NewId()
    {
        string id;
        do
        {
            id = Prefix + RandomNumberGenerator.GetString(Alphabet, 16);
        }
        while (_keys.ContainsKey(id));

        return id;
    }
}
