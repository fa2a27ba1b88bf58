using System.Security.Cryptography;

namespace Roost.Identity.Logins;

/// <summary>
/// Passwords that were right lately, as hashes under a key of this process: when all robots come back at once, they do not cost a full hash each. Holds
/// only for the very record that it was verified against, so a change of the password, or of anything else, drops it. In memory alone. Any thread may call.
/// </summary>
internal sealed class VerifiedLogins(TimeProvider time)
{
    private const int Most = 4096;

    private static readonly TimeSpan _lifetime = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    public bool Contains(UserRecord user, ReadOnlySpan<byte> password)
    {
        Entry? entry;
        lock (_gate)
        {
            _entries.TryGetValue(user.Name, out entry);
        }

        return entry is not null && ReferenceEquals(entry.User, user) && time.GetElapsedTime(entry.At) <= _lifetime
            && CryptographicOperations.FixedTimeEquals(HashOf(user, password), entry.Hash);
    }

    public void Add(UserRecord user, ReadOnlySpan<byte> password)
    {
        var entry = new Entry(user, HashOf(user, password), time.GetTimestamp());
        lock (_gate)
        {
            if (_entries.Count >= Most && !_entries.ContainsKey(user.Name))
            {
                _entries.Remove(_entries.MinBy(pair => pair.Value.At).Key);
            }

            _entries[user.Name] = entry;
        }
    }

    private byte[] HashOf(UserRecord user, ReadOnlySpan<byte> password)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hash.AppendData(user.Password.Salt); // of one length
        hash.AppendData(password);
        return hash.GetHashAndReset();
    }

    private sealed record Entry(UserRecord User, byte[] Hash, long At);
}
