using Roost.Mqtt;

namespace Roost.Streams.Export;

/// <summary>What helps against a refused message.</summary>
internal enum Refusal
{
    /// <summary>The server is short of something: it is sent again until it is taken, however long that is.</summary>
    Wait,

    /// <summary>Unclear, or an operator's to correct: sent again a few times.</summary>
    Retry,

    /// <summary>The same message will never be taken.</summary>
    Final,
}

internal static class Refusals
{
    public static Refusal Of(MqttPublishRefusedException exception) => exception.ReasonCode switch
    {
        ReasonCode.QuotaExceeded or ReasonCode.ServerBusy or ReasonCode.ServerUnavailable or ReasonCode.MessageRateTooHigh
            or ReasonCode.ReceiveMaximumExceeded or ReasonCode.PacketIdentifierInUse or ReasonCode.QualityOfServiceNotSupported => Refusal.Wait,
        ReasonCode.PacketTooLarge or ReasonCode.TopicNameInvalid or ReasonCode.PayloadFormatInvalid => Refusal.Final,
        _ => Refusal.Retry,
    };
}
