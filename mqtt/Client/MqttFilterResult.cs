namespace Roost.Mqtt.Client;

/// <summary>What the server said to one topic filter of a SUBSCRIBE or UNSUBSCRIBE.</summary>
public readonly record struct MqttFilterResult(TopicFilter Filter, ReasonCode ReasonCode)
{
    public bool IsRefused => ReasonCode >= ReasonCode.UnspecifiedError;

    /// <summary>Of a SUBSCRIBE that was not refused: the QoS granted, which may be lower than wanted.</summary>
    public QualityOfService Granted => (QualityOfService)ReasonCode;
}
