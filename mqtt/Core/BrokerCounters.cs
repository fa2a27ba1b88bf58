namespace Roost.Mqtt.Core;

/// <summary>What happened since the start. Written by the loop only, read by anyone: a reader may see a value of a moment ago.</summary>
internal sealed class BrokerCounters
{
    public long MessagesReceived;
    public long MessagesDelivered;

    /// <summary>QoS 0 to a reader that does not keep up.</summary>
    public long DroppedSlowReader;

    /// <summary>QoS 1 or 2 for a session whose queue is full.</summary>
    public long DroppedQueueFull;

    public long DroppedExpired;

    /// <summary>Larger than the client's Maximum Packet Size [MQTT-3.1.2-25].</summary>
    public long DroppedTooLarge;

    public long ConnectionsAccepted;
    public long ConnectionsRefused;

    /// <summary>CONNECTs of new clients while there are as many sessions as may be.</summary>
    public long SessionsRefused;

    /// <summary>Filters for which a session had no room.</summary>
    public long SubscriptionsRefused;
}
