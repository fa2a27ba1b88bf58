namespace Roost.Mqtt;

/// <summary>The broker at one moment. What counts up does so from the start of the process.</summary>
/// <param name="ConnectedClients">Clients that have been answered with CONNACK.</param>
/// <param name="Sessions">Of clients that are here and of clients that are away.</param>
/// <param name="Subscriptions">Readers within the process included.</param>
/// <param name="QueuedMessages">QoS 1 and 2 messages that some session has not acknowledged, once for each session.</param>
/// <param name="MessagesReceived">From clients and from within the process.</param>
/// <param name="MessagesDelivered">PUBLISH packets written, repeated ones included.</param>
/// <param name="Drops">Messages that were not delivered; one that several clients miss counts for each.</param>
public sealed record BrokerStatistics(
    int ConnectedClients,
    int Sessions,
    int Subscriptions,
    int RetainedMessages,
    long QueuedMessages,
    long MessagesReceived,
    long MessagesDelivered,
    DropCounts Drops);
