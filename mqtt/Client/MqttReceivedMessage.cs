namespace Roost.Mqtt.Client;

/// <param name="Message">The receiver may keep it.</param>
/// <param name="Duplicate">The server has sent it before, and may or may not have reached us then (DUP, section 3.3.1.1).</param>
public readonly record struct MqttReceivedMessage(MqttMessage Message, bool Duplicate)
{
    /// <summary>Of our subscriptions that it matches, where they have identifiers (MQTT 5); in no order.</summary>
    public IReadOnlyList<int> SubscriptionIdentifiers { get; init; } = [];
}
