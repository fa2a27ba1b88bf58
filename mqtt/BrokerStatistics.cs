namespace Roost.Mqtt;

/// <summary>The broker at one moment. What counts up does so from the start of the process.</summary>
/// <param name="ConnectedClients">Clients that have been answered with CONNACK.</param>
/// <param name="Sessions">Of clients that are here and of clients that are away.</param>
/// <param name="Subscriptions">Readers within the process included.</param>
/// <param name="SharedSubscriptions">Of those, the shared ones.</param>
/// <param name="QueuedMessages">QoS 1 and 2 messages that some session has not acknowledged, once for each session.</param>
/// <param name="InflightMessages">Of those, what has been sent to clients that are connected.</param>
/// <param name="MessagesReceived">From clients and from within the process.</param>
/// <param name="MessagesDelivered">PUBLISH packets written, repeated ones included.</param>
/// <param name="Drops">Messages that were not delivered; one that several clients miss counts for each.</param>
public sealed record BrokerStatistics(
    int ConnectedClients,
    int Sessions,
    int Subscriptions,
    int SharedSubscriptions,
    int RetainedMessages,
    long QueuedMessages,
    long InflightMessages,
    long MessagesReceived,
    long MessagesDelivered,
    DropCounts Drops);
