namespace Roost.Mqtt;

/// <summary>What an MQTT 5 PUBLISH carries besides topic and payload (section 3.3.2.3), as far as it is forwarded.</summary>
public sealed record MqttMessageProperties
{
    /// <summary>True: the payload is UTF-8 text (section 3.3.2.3.2).</summary>
    public bool PayloadIsUtf8 { get; init; }

    /// <summary>Lifetime from publication on; null means for ever. On the wire in whole seconds (section 3.3.2.3.3).</summary>
    public TimeSpan? MessageExpiryInterval { get; init; }

    public string? ContentType { get; init; }

    /// <summary>Where an answer is to be published (section 4.10).</summary>
    public TopicName? ResponseTopic { get; init; }

    /// <summary>
    /// Whoever sent the message may itself publish to <see cref="ResponseTopic"/>: a reader within the process, whom no policy binds, may answer there for it. Judged
    /// when the message is taken, and neither on the wire nor on the disk: of a message that was kept it is not known, which is a no.
    /// </summary>
    public bool MayBeAnswered { get; init; }

    public ReadOnlyMemory<byte>? CorrelationData { get; init; }

    /// <summary>Name and value pairs in the sender's order; names may repeat [MQTT-3.3.2-17], [MQTT-3.3.2-18].</summary>
    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];
}
