namespace Roost.Mqtt;

/// <summary>The broker at one moment. What counts up does so from the start of the process.</summary>
/// <param name="ConnectedClients">Clients that have been answered with CONNACK.</param>
/// <param name="Sessions">Of clients that are here and of clients that are away.</param>
/// <param name="Subscriptions">Readers within the process included.</param>
/// <param name="QueuedMessages">QoS 1 and 2 messages that some session has not acknowledged, once for each session.</param>
/// <param name="MessagesReceived">From clients and from within the process.</param>
/// <param name="MessagesDelivered">PUBLISH packets written, repeated ones included.</param>
/// <param name="DroppedSlowReader">QoS 0 messages for clients that do not read fast enough.</param>
/// <param name="DroppedQueueFull">QoS 1 and 2 messages for sessions whose queue was full.</param>
/// <param name="DroppedTooLarge">Messages above the client's Maximum Packet Size.</param>
public sealed record BrokerStatistics(
    int ConnectedClients,
    int Sessions,
    int Subscriptions,
    int RetainedMessages,
    long QueuedMessages,
    long MessagesReceived,
    long MessagesDelivered,
    long DroppedSlowReader,
    long DroppedQueueFull,
    long DroppedExpired,
    long DroppedTooLarge);
