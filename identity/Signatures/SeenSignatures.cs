using System.Net;
using System.Runtime.InteropServices;

namespace Roost.Identity.Signatures;

/// <summary>
/// Signatures of requests that change something, for as long as their time lets them pass. Two equal requests of one second have one signature, and clients make such:
/// so a signature is good for two seconds from its first use, for whoever used it first. Only good ones come here, so nobody without a key can fill it.
/// </summary>
internal sealed class SeenSignatures
{
    public const int Capacity = 131_072; // 12 MiB

    /// <summary>Of one key: whoever has one may have no rights at all, and is not to keep all others out. 50 changes a second for five minutes.</summary>
    public const int MostOfKey = 16_384;

    private static readonly TimeSpan _repeats = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (DateTimeOffset First, IPAddress? Source, string Key)> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _ofKey = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, DateTimeOffset> _byEnd = new();

    /// <param name="end">From then on its time alone refuses it.</param>
    public SignatureUse TryUse(string key, string signature, IPAddress? source, DateTimeOffset now, DateTimeOffset end)
    {
        lock (_lock)
        {
            while (_byEnd.TryPeek(out var oldest, out var ended) && ended < now)
            {
                _byEnd.Dequeue();
                if (_seen.Remove(oldest, out var gone) && --CollectionsMarshal.GetValueRefOrNullRef(_ofKey, gone.Key) == 0)
                {
                    _ofKey.Remove(gone.Key);
                }
            }

            if (_seen.TryGetValue(signature, out var use))
            {
                return Equals(use.Source, source) && (now - use.First).Duration() <= _repeats ? SignatureUse.Allowed : SignatureUse.Repeated;
            }

            if (_seen.Count >= Capacity || _ofKey.GetValueOrDefault(key) >= MostOfKey)
            {
                return SignatureUse.NoRoom;
            }

            _seen.Add(signature, (now, source, key));
            CollectionsMarshal.GetValueRefOrAddDefault(_ofKey, key, out _)++;
            _byEnd.Enqueue(signature, end);
            return SignatureUse.Allowed;
        }
    }
}
