using Roost.Mqtt.Core;
using Roost.Mqtt.Loop;

namespace Roost.Mqtt.Status;

/// <summary>Runs while somebody subscribes to <c>$SYS</c>.</summary>
internal sealed class StatusTimer(BrokerCore core) : Timed
{
    public bool IsRunning => HeapIndex >= 0;

    public override void OnDue(long now) => core.OnStatusDue(this, now);
}
