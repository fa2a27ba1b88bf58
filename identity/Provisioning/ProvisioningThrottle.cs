using System.Runtime.CompilerServices;
using Roost.Mqtt;

namespace Roost.Identity.Provisioning;

/// <summary>How often may be asked: of one connection, and of all together. A key pair costs a small core milliseconds. For one thread at a time.</summary>
internal sealed class ProvisioningThrottle(TimeProvider clock)
{
    /// <summary>Of one connection at once; a device needs two.</summary>
    public const int BurstOfOne = 10;

    /// <summary>Of all at once.</summary>
    public const int BurstOfAll = 100;

    private const double PerSecondOfOne = 1;
    private const double PerSecondOfAll = 20;

    private readonly Bucket _all = new(BurstOfAll, PerSecondOfAll);
    private readonly ConditionalWeakTable<ConnectedClient, Bucket> _ofOne = []; // as long as the connection is there

    public bool TryEnter(ConnectedClient client)
    {
        var now = clock.GetTimestamp() / (double)clock.TimestampFrequency;
        return _ofOne.GetValue(client, static _ => new Bucket(BurstOfOne, PerSecondOfOne)).TryTake(now) && _all.TryTake(now);
    }

    private sealed class Bucket(int burst, double perSecond)
    {
        private double _left = burst;
        private double? _since;

        public bool TryTake(double now)
        {
            _left = Math.Min(burst, _left + ((now - (_since ?? now)) * perSecond));
            _since = now;
            if (_left < 1)
            {
                return false;
            }

            _left--;
            return true;
        }
    }
}
