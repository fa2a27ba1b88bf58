namespace Roost.Mqtt.Client;

/// <summary>What the server said in CONNACK (section 3.2.2.3): its limits, which the client keeps to. In MQTT 3.1.1 it has said nothing.</summary>
public sealed record MqttServerProperties
{
    /// <summary>The server still had the session.</summary>
    public bool SessionPresent { get; init; }

    /// <summary>How long the server keeps the session; null: as long as we asked for. <see cref="Timeout.InfiniteTimeSpan"/>: for ever.</summary>
    public TimeSpan? SessionExpiryInterval { get; init; }

    /// <summary>QoS 1 and 2 messages that the server takes unacknowledged.</summary>
    public int ReceiveMaximum { get; init; } = ushort.MaxValue;

    public QualityOfService MaximumQualityOfService { get; init; } = QualityOfService.ExactlyOnce;

    public bool RetainAvailable { get; init; } = true;

    /// <summary>Largest packet that the server takes, in bytes.</summary>
    public long MaximumPacketBytes { get; init; } = long.MaxValue;

    /// <summary>Null where the client gave its own.</summary>
    public string? AssignedClientIdentifier { get; init; }

    public int TopicAliasMaximum { get; init; }

    public bool WildcardSubscriptionAvailable { get; init; } = true;

    public bool SubscriptionIdentifiersAvailable { get; init; } = true;

    public bool SharedSubscriptionAvailable { get; init; } = true;

    /// <summary>Null: the client's own is in force.</summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>What response topics may begin with, where <see cref="MqttClientOptions.RequestResponseInformation"/> asked for it.</summary>
    public string? ResponseInformation { get; init; }

    /// <summary>For people only.</summary>
    public string? ReasonString { get; init; }

    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];
}
