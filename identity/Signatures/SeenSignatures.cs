using System.Net;

namespace Roost.Identity.Signatures;

/// <summary>
/// Signatures of requests that change something, for as long as their time lets them pass. Two equal requests of one second have one signature, and clients make such:
/// so a signature is good for two seconds from its first use, for whoever used it first. Only good ones come here, so nobody without a key can fill it.
/// </summary>
internal sealed class SeenSignatures
{
    public const int Capacity = 65_536; // 200 changes a second for five minutes, 6 MiB

    private static readonly TimeSpan _repeats = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (DateTimeOffset First, IPAddress? Source)> _seen = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, DateTimeOffset> _byEnd = new();

    /// <param name="end">From then on its time alone refuses it.</param>
    public SignatureUse TryUse(string signature, IPAddress? source, DateTimeOffset now, DateTimeOffset end)
    {
        lock (_lock)
        {
            while (_byEnd.TryPeek(out var oldest, out var ended) && ended < now)
            {
                _byEnd.Dequeue();
                _seen.Remove(oldest);
            }

            if (_seen.TryGetValue(signature, out var use))
            {
                return Equals(use.Source, source) && (now - use.First).Duration() <= _repeats ? SignatureUse.Allowed : SignatureUse.Repeated;
            }

            if (_seen.Count >= Capacity)
            {
                return SignatureUse.NoRoom;
            }

            _seen.Add(signature, (now, source));
            _byEnd.Enqueue(signature, end);
            return SignatureUse.Allowed;
        }
    }
}
