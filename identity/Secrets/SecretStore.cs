using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Roost.Identity.Logins;

namespace Roost.Identity.Secrets;

/// <summary>The secrets of functions and exporters. Any thread may call.</summary>
internal sealed class SecretStore(CredentialChanges changes, SealingKeys seals, TimeProvider time) : ISecrets
{
    /// <summary>In bytes of UTF-8.</summary>
    public const int LongestValue = 16 * 1024;

    private const int Most = 1000;
    private const int LongestName = 128;

    private static readonly SearchValues<char> _inNames = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    private volatile ImmutableDictionary<string, SecretRecord> _secrets = ImmutableDictionary.Create<string, SecretRecord>(StringComparer.Ordinal);
    private ImmutableArray<Func<string, Task>> _listeners = [];

    /// <summary>Those that no key here opens.</summary>
    public int CountUnreadable() => _secrets.Values.Count(secret => !IsReadable(secret));

    public IReadOnlyList<SecretRecord> List() => [.. _secrets.Values];

    public bool IsReadable(SecretRecord secret) => Open(secret) is not null;

    public void Load() => _secrets = changes.Read(SecretRows.All).ToImmutableDictionary(secret => secret.Name, StringComparer.Ordinal);

    public string? Find(string name) => _secrets.TryGetValue(name, out var secret) ? Open(secret) : null;

    public bool Exists(string name) => _secrets.ContainsKey(name);

    public void Subscribe(Func<string, Task> changed) => ImmutableInterlocked.Update(ref _listeners, static (all, one) => all.Add(one), changed);

    /// <returns>Whether it is new.</returns>
    /// <exception cref="ChangeRefusedException">The name or the value is none.</exception>
    public Task<bool> SetAsync(string name, ReadOnlyMemory<byte> value, ChangedBy by, CancellationToken cancellationToken)
    {
        if (name.Length is 0 or > LongestName || name.AsSpan().ContainsAnyExcept(_inNames))
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, $"A secret's name has 1 to {LongestName} of the letters a-z and A-Z, the digits, and . _ -");
        }

        if (value.Length is 0 or > LongestValue || value.Span.Contains((byte)0) || !System.Text.Unicode.Utf8.IsValid(value.Span))
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, $"A secret is text in UTF-8 of 1 to {LongestValue} bytes, without NUL, which no environment takes; put bytes into base64.");
        }

        return changes.InTurnAsync(
            async () =>
            {
                var before = _secrets.GetValueOrDefault(name);
                if (before is null && _secrets.Count >= Most)
                {
                    throw new ChangeRefusedException(ChangeFault.LimitExceeded, $"There are {Most} secrets, and no more fit.");
                }

                var now = time.GetUtcNow();
                var version = (before?.Version ?? 0) + 1;
                var secret = new SecretRecord(name, version, Seal.Close(seals.Current, SecretRecord.PlaceOf(name, version), value.Span), before?.CreatedAt ?? now, now);
                await changes.WriteAsync(thing: null, connection => SecretRows.Put(connection, secret));
                _secrets = _secrets.SetItem(name, secret);
                await changes.RecordAsync(by, "secret.set", $"secret/{name}", thing: null);
                await TellAsync(name);
                return before is null;
            },
            cancellationToken);
    }

    /// <exception cref="ChangeRefusedException">There is no such secret.</exception>
    public Task<bool> DeleteAsync(string name, ChangedBy by, CancellationToken cancellationToken) =>
        changes.InTurnAsync(
            async () =>
            {
                var secret = Get(name);
                await changes.WriteAsync(thing: null, connection => SecretRows.Delete(connection, secret.Name));
                _secrets = _secrets.Remove(secret.Name);
                await changes.RecordAsync(by, "secret.delete", $"secret/{secret.Name}", thing: null);
                await TellAsync(secret.Name);
                return true;
            },
            cancellationToken);

    /// <summary>The value, for a person; that it was shown is in the audit before it is.</summary>
    /// <exception cref="ChangeRefusedException">There is no such secret, or its key is not here.</exception>
    public async Task<string> RevealAsync(string name, ChangedBy by)
    {
        var secret = Get(name);
        await changes.RecordAsync(by, "secret.reveal", $"secret/{secret.Name}", thing: null);
        return Open(secret) ?? throw new ChangeRefusedException(ChangeFault.Conflict, $"Secret '{secret.Name}' was sealed with a key that is not here. Restore the key, or set the secret anew.");
    }

    private SecretRecord Get(string name) =>
        _secrets.GetValueOrDefault(name) ?? throw new ChangeRefusedException(ChangeFault.NotFound, $"There is no secret {(name.AsSpan().ContainsAnyExcept(_inNames) ? "of that name" : $"'{name}'")}. 'roost secret list' shows those that there are.");

    private string? Open(SecretRecord secret)
    {
        if (Seal.TryOpen(seals.All, secret.Place, secret.Sealed) is not { } bytes)
        {
            return null;
        }

        var value = Encoding.UTF8.GetString(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return value;
    }

    private Task TellAsync(string name) => Task.WhenAll(_listeners.Select(listener => listener(name)));
}
