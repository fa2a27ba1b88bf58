namespace Roost.Mqtt;

/// <summary>What one listener allows its clients where that differs from <see cref="MqttLimitsOptions"/>. Null: the same as there.</summary>
public sealed class MqttListenerLimitsOptions
{
    public int? MaxPacketBytes { get; set; }

    public int? MaxQueued { get; set; }

    public int? MaxQueuedSizeBytes { get; set; }

    public int? MaxOutputBytes { get; set; }

    /// <summary>Connections of this listener at one time. Those of all listeners together are bounded by <see cref="MqttLimitsOptions.MaxConnections"/> too.</summary>
    public int? MaxConnections { get; set; }

    public int? MaxSubscriptions { get; set; }

    public TimeSpan? KeepAliveMax { get; set; }

    public TimeSpan? ConnectTimeout { get; set; }

    public TimeSpan? SessionExpiryMax { get; set; }

    public int? ReceiveMax { get; set; }

    public int? InflightMax { get; set; }

    public int? TopicAliasMax { get; set; }

    public int? TopicAliasMaxOut { get; set; }

    public int? PublishRate { get; set; }

    public int? PublishVolumeBytes { get; set; }

    public int? ConnectRate { get; set; }

    public int? ConnectRatePerAddress { get; set; }

    public int? MaxQos { get; set; }

    public bool? RetainAvailable { get; set; }

    public bool? WildcardSubscriptions { get; set; }

    public bool? SharedSubscriptions { get; set; }

    public bool? SubscriptionIdentifiers { get; set; }

    public bool? CheckPayloadFormat { get; set; }

    internal MqttLimitsOptions Over(MqttLimitsOptions limits) => new()
    {
        MaxPacketBytes = MaxPacketBytes ?? limits.MaxPacketBytes,
        MaxQueued = MaxQueued ?? limits.MaxQueued,
        MaxQueuedSizeBytes = MaxQueuedSizeBytes ?? limits.MaxQueuedSizeBytes,
        MaxQueuedTotalBytes = limits.MaxQueuedTotalBytes,
        Backpressure = limits.Backpressure,
        MaxRetained = limits.MaxRetained,
        MaxRetainedSizeBytes = limits.MaxRetainedSizeBytes,
        MaxOutputBytes = MaxOutputBytes ?? limits.MaxOutputBytes,
        MaxConnections = MaxConnections ?? limits.MaxConnections,
        MaxSessions = limits.MaxSessions,
        MaxSubscriptions = MaxSubscriptions ?? limits.MaxSubscriptions,
        KeepAliveMax = KeepAliveMax ?? limits.KeepAliveMax,
        ConnectTimeout = ConnectTimeout ?? limits.ConnectTimeout,
        SessionExpiryMax = SessionExpiryMax ?? limits.SessionExpiryMax,
        ReceiveMax = ReceiveMax ?? limits.ReceiveMax,
        InflightMax = InflightMax ?? limits.InflightMax,
        TopicAliasMax = TopicAliasMax ?? limits.TopicAliasMax,
        TopicAliasMaxOut = TopicAliasMaxOut ?? limits.TopicAliasMaxOut,
        PublishRate = PublishRate ?? limits.PublishRate,
        PublishVolumeBytes = PublishVolumeBytes ?? limits.PublishVolumeBytes,
        ConnectRate = ConnectRate ?? limits.ConnectRate,
        ConnectRatePerAddress = ConnectRatePerAddress ?? limits.ConnectRatePerAddress,
        MaxQos = MaxQos ?? limits.MaxQos,
        RetainAvailable = RetainAvailable ?? limits.RetainAvailable,
        WildcardSubscriptions = WildcardSubscriptions ?? limits.WildcardSubscriptions,
        SharedSubscriptions = SharedSubscriptions ?? limits.SharedSubscriptions,
        SubscriptionIdentifiers = SubscriptionIdentifiers ?? limits.SubscriptionIdentifiers,
        CheckPayloadFormat = CheckPayloadFormat ?? limits.CheckPayloadFormat,
    };
}
