using Roost.Mqtt.Core;
using Roost.Mqtt.Loop;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Retained;

/// <summary>Takes a retained message away when it has expired (MQTT 5 section 3.3.2.3.3).</summary>
internal sealed class RetainedExpiry(BrokerCore core, StoredMessage message) : Timed
{
    public override void OnDue(long now) => core.OnRetainedExpired(message);
}
