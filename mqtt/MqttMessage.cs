namespace Roost.Mqtt;

/// <summary>One application message that its holder owns. <see cref="Payload"/> must not change while anyone holds the message.</summary>
public sealed class MqttMessage
{
    public required TopicName Topic { get; init; }

    /// <summary>Any bytes, also none. At most 268,435,455 with topic and properties.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    public QualityOfService QualityOfService { get; init; }

    public bool Retain { get; init; }

    /// <summary>
    /// For whom this process publishes the message, like <c>function:on-bump</c>; null for itself. Readers within the process see it where the message is
    /// routed at once; it is not kept with a message, nor sent to clients.
    /// </summary>
    public string? OnBehalfOf { get; init; }

    /// <summary>
    /// Null, or the one connection that gets the message, by its own subscriptions and at QoS 0: no other subscriber sees it, nor do readers in this process, and
    /// it is neither retained nor written down. Where that client has gone nobody gets it.
    /// </summary>
    public ConnectedClient? OnlyTo { get; init; }

    /// <summary>The properties of MQTT 5; null when there are none. A 3.1.1 receiver does not see them.</summary>
    public MqttMessageProperties? Properties { get; init; }
}
