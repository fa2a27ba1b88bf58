using Roost.Mqtt.Drops;

namespace Roost.Mqtt.Core;

/// <summary>What happened since the start. Written by the loop only, read by anyone: a reader may see a value of a moment ago.</summary>
internal sealed class BrokerCounters
{
    /// <summary>Only their total may be read by others than the loop.</summary>
    public readonly DropLedger Drops = new();

    /// <summary>PUBLISH packets from clients, and messages from within the process.</summary>
    public long MessagesReceived;

    /// <summary>PUBLISH packets written to clients.</summary>
    public long MessagesDelivered;

    public long PayloadBytesReceived;
    public long PayloadBytesDelivered;

    /// <summary>Of whole packets of any type.</summary>
    public long BytesReceived;

    /// <summary>Taken by the transport.</summary>
    public long BytesSent;

    public long PacketsReceived;
    public long PacketsSent;

    /// <summary>CONNECTs that were granted.</summary>
    public long Connects;

    public long ConnectedClients;

    /// <summary>The most of them at one time.</summary>
    public long MaximumClients;

    /// <summary>Sessions whose time ran out.</summary>
    public long SessionsExpired;

    public long ConnectionsAccepted;
    public long ConnectionsRefused;
    public long ConnectionsRejected;

    /// <summary>Connections closed at once because too many came in a short time.</summary>
    public long ConnectionsTooSoon;

    /// <summary>Times that a publisher was not read from because it was too fast.</summary>
    public long PublishersSlowed;

    /// <summary>CONNECTs of new clients while there are as many sessions as may be.</summary>
    public long SessionsRefused;

    /// <summary>CONNECTs of clients that are not let in.</summary>
    public long ClientsRefused;

    /// <summary>Times that a publisher was made to wait for the queue of a receiver.</summary>
    public long PublishersHeld;

    /// <summary>Filters for which a session had no room.</summary>
    public long SubscriptionsRefused;
}
