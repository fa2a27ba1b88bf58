namespace Roost.Mqtt;

/// <summary>
/// A message on its way through the broker, seen by a reader in the same process. It lives on the broker's loop only until
/// <see cref="IMessageHandler.Handle"/> returns: who needs it longer copies what is needed, or takes <see cref="ToMessage"/>.
/// </summary>
public readonly ref struct PublishedMessage(
    TopicName topic, ReadOnlySpan<byte> payload, QualityOfService qualityOfService, bool retain, string? publisher, MqttMessageProperties? properties)
{
    public TopicName Topic { get; } = topic;

    public ReadOnlySpan<byte> Payload { get; } = payload;

    public QualityOfService QualityOfService { get; } = qualityOfService;

    /// <summary>True only for a stored message delivered because of a new subscription (section 3.3.1.3).</summary>
    public bool Retain { get; } = retain;

    /// <summary>The publisher's own flag: the message was published to be retained, or, where <see cref="Retain"/> is true, is.</summary>
    public bool RetainAsPublished { get; init; }

    /// <summary>Client identifier of the publisher; null when the daemon itself published.</summary>
    public string? Publisher { get; } = publisher;

    /// <summary>The publisher's connection, for who wants to know more or to answer it alone (<see cref="MqttMessage.OnlyTo"/>); null when the daemon itself published, or with a will that a restart outlived.</summary>
    public ConnectedClient? Client { get; init; }

    /// <summary>Null, or for whom the daemon itself published: see <see cref="MqttMessage.OnBehalfOf"/>.</summary>
    public string? OnBehalfOf { get; init; }

    public MqttMessageProperties? Properties { get; } = properties;

    public MqttMessage ToMessage() => new()
    {
        Topic = Topic,
        Payload = Payload.ToArray(),
        QualityOfService = QualityOfService,
        Retain = Retain,
        OnBehalfOf = OnBehalfOf,
        Properties = Properties,
    };
}
