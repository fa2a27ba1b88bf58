namespace Roost.Mqtt.Client.Queue;

/// <summary>Which reason codes call for which answer.</summary>
internal static class QueueRefusals
{
    public static QueueRefusal Of(MqttPublishRefusedException exception) => exception.ReasonCode switch
    {
        null or ReasonCode.QuotaExceeded or ReasonCode.ServerBusy or ReasonCode.ServerUnavailable or ReasonCode.MessageRateTooHigh
            or ReasonCode.ReceiveMaximumExceeded or ReasonCode.PacketIdentifierInUse or ReasonCode.QualityOfServiceNotSupported => QueueRefusal.Wait,
        ReasonCode.PacketTooLarge or ReasonCode.TopicNameInvalid or ReasonCode.PayloadFormatInvalid or ReasonCode.RetainNotSupported => QueueRefusal.Final,
        _ => QueueRefusal.Retry,
    };
}
