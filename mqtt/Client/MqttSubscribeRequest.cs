namespace Roost.Mqtt.Client;

/// <summary>One SUBSCRIBE.</summary>
public sealed class MqttSubscribeRequest
{
    /// <summary>One at least.</summary>
    public required IReadOnlyList<MqttSubscription> Subscriptions { get; init; }

    /// <summary>1 to 268,435,455: comes with each message that matches, see <see cref="MqttReceivedMessage.SubscriptionIdentifiers"/>. MQTT 5 only.</summary>
    public int? SubscriptionIdentifier { get; init; }

    /// <summary>MQTT 5 only.</summary>
    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];
}
