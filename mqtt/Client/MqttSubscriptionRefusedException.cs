namespace Roost.Mqtt.Client;

/// <summary>The server answered a SUBSCRIBE or UNSUBSCRIBE with a failure.</summary>
public sealed class MqttSubscriptionRefusedException(TopicFilter filter, ReasonCode reasonCode)
    : Exception($"The server refused '{filter}' (reason {reasonCode}, 0x{(byte)reasonCode:X2}).")
{
    public TopicFilter Filter { get; } = filter;

    public ReasonCode ReasonCode { get; } = reasonCode;
}
