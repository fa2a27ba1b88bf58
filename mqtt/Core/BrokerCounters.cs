using Roost.Mqtt.Drops;

namespace Roost.Mqtt.Core;

/// <summary>What happened since the start. Written by the loop only, read by anyone: a reader may see a value of a moment ago.</summary>
internal sealed class BrokerCounters
{
    /// <summary>Only their total may be read by others than the loop.</summary>
    public readonly DropLedger Drops = new();

    public long MessagesReceived;
    public long MessagesDelivered;

    public long ConnectionsAccepted;
    public long ConnectionsRefused;

    /// <summary>CONNECTs of new clients while there are as many sessions as may be.</summary>
    public long SessionsRefused;

    /// <summary>Filters for which a session had no room.</summary>
    public long SubscriptionsRefused;
}
