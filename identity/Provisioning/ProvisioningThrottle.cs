using System.Net;
using System.Runtime.CompilerServices;
using Roost.Identity.Logins;
using Roost.Mqtt;

namespace Roost.Identity.Provisioning;

/// <summary>
/// How often may be asked: of one connection, from one address, and of all together. A key pair costs a small core milliseconds. What is refused by the first two takes
/// nothing from all, so that one thief of a claim keeps nobody else out.
/// </summary>
internal sealed class ProvisioningThrottle(TimeProvider clock)
{
    /// <summary>Of one connection at once; a device needs two.</summary>
    public const int BurstOfOne = 10;

    /// <summary>Of one address at once: a station that sets up devices one by one, and again when that failed.</summary>
    public const int BurstOfSource = 30;

    /// <summary>Of all at once.</summary>
    public const int BurstOfAll = 100;

    /// <summary>Addresses that are told apart; those beyond share what one has.</summary>
    public const int MostSources = 4096;

    private const double PerSecondOfOne = 1;
    private const double PerSecondOfSource = 3;
    private const double PerSecondOfAll = 20;

    private readonly Lock _gate = new();
    private readonly Bucket _all = new(BurstOfAll, PerSecondOfAll);
    private readonly ConditionalWeakTable<ConnectedClient, Bucket> _ofOne = []; // as long as the connection is there
    private readonly Dictionary<string, Bucket> _ofSource = new(StringComparer.Ordinal);
    private readonly Bucket _ofOthers = new(BurstOfSource, PerSecondOfSource);

    /// <returns>By what provisioning counts an address: IPv6 by its /64, where a site does not share it. What is no address is this machine's.</returns>
    public static string SourceOf(string remoteEndPoint) => IPEndPoint.TryParse(remoteEndPoint, out var address) ? GuessingSource.Network(address.Address) : "local";

    public bool TryEnter(ConnectedClient client)
    {
        var now = clock.GetTimestamp() / (double)clock.TimestampFrequency;
        lock (_gate)
        {
            return _ofOne.GetValue(client, static _ => new Bucket(BurstOfOne, PerSecondOfOne)).TryTake(now) && OfSource(SourceOf(client.RemoteEndPoint), now).TryTake(now) && _all.TryTake(now);
        }
    }

    /// <summary>A request was refused for what it was: it has cost little, and takes nothing from the others.</summary>
    public void GiveBack()
    {
        lock (_gate)
        {
            _all.GiveBack();
        }
    }

    private Bucket OfSource(string source, double now)
    {
        if (_ofSource.TryGetValue(source, out var bucket))
        {
            return bucket;
        }

        if (_ofSource.Count >= MostSources)
        {
            foreach (var idle in _ofSource.Where(one => one.Value.IsFull(now)).Select(static one => one.Key).ToList())
            {
                _ofSource.Remove(idle);
            }
        }

        return _ofSource.Count < MostSources ? _ofSource[source] = new Bucket(BurstOfSource, PerSecondOfSource) : _ofOthers;
    }

    private sealed class Bucket(int burst, double perSecond)
    {
        private double _left = burst;
        private double? _since;

        public bool IsFull(double now)
        {
            Fill(now);
            return _left >= burst;
        }

        public bool TryTake(double now)
        {
            Fill(now);
            if (_left < 1)
            {
                return false;
            }

            _left--;
            return true;
        }

        public void GiveBack() => _left = Math.Min(burst, _left + 1);

        private void Fill(double now)
        {
            _left = Math.Min(burst, _left + ((now - (_since ?? now)) * perSecond));
            _since = now;
        }
    }
}
