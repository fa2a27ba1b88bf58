namespace Roost.Mqtt;

/// <summary>One client's session at one moment.</summary>
/// <param name="RemoteEndPoint">Null while the client is away.</param>
/// <param name="ProtocolVersion">Of its last connection.</param>
/// <param name="SessionExpiry">How long the session outlives its connection; zero: not at all.</param>
/// <param name="QueuedMessages">QoS 1 and 2 messages that it has not acknowledged.</param>
/// <param name="Drops">Messages that did not get to it, or were not taken from it, since its session began or the process started.</param>
public sealed record ClientDescription(
    string ClientIdentifier,
    string? RemoteEndPoint,
    MqttProtocolVersion ProtocolVersion,
    TimeSpan SessionExpiry,
    IReadOnlyList<string> Subscriptions,
    int QueuedMessages,
    DropCounts Drops);
