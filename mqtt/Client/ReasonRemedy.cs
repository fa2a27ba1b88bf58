namespace Roost.Mqtt.Client;

/// <summary>What an operator can do about a reason code.</summary>
internal static class ReasonRemedy
{
    /// <returns>A sentence; null where the code says all there is to say.</returns>
    public static string? Of(ReasonCode reasonCode) => reasonCode switch
    {
        ReasonCode.UnsupportedProtocolVersion => "Use the other MQTT version.",
        ReasonCode.ClientIdentifierNotValid => "Choose another client identifier: the server takes this one not at all, or not without a clean start.",
        ReasonCode.BadUserNameOrPassword => "Check user name and password.",
        ReasonCode.NotAuthorized => "Check the credentials, and what the server's policy allows them.",
        ReasonCode.ServerUnavailable or ReasonCode.ServerBusy or ReasonCode.ServerShuttingDown => "Try again later.",
        ReasonCode.Banned => "Ask the server's operator to lift the ban.",
        ReasonCode.BadAuthenticationMethod => "The server does not know this authentication method: use another.",
        ReasonCode.KeepAliveTimeout => "The network or the other end was silent for too long: check the link, or lower the keep-alive.",
        ReasonCode.SessionTakenOver => "Another client has the same client identifier: give each its own.",
        ReasonCode.TopicFilterInvalid or ReasonCode.TopicNameInvalid => "The server takes no such topic: check its rules for topics.",
        ReasonCode.ReceiveMaximumExceeded => "Lower the number of messages in flight.",
        ReasonCode.PacketTooLarge => "Send smaller messages, or raise the maximum packet size of who refused it.",
        ReasonCode.MessageRateTooHigh or ReasonCode.ConnectionRateExceeded => "Slow down, or raise the server's limit of the rate.",
        ReasonCode.QuotaExceeded => "A limit of the server is used up: wait, or raise it.",
        ReasonCode.AdministrativeAction => "The server's operator ended the connection.",
        ReasonCode.PayloadFormatInvalid => "The payload is not the UTF-8 text that the message says it is.",
        ReasonCode.RetainNotSupported => "Publish without retain.",
        ReasonCode.QualityOfServiceNotSupported => "Publish with a lower QoS.",
        ReasonCode.UseAnotherServer => "Use another server for now.",
        ReasonCode.ServerMoved => "Use another server from now on.",
        ReasonCode.SharedSubscriptionsNotSupported => "Subscribe without $share.",
        ReasonCode.MaximumConnectTime => "Connect again.",
        ReasonCode.SubscriptionIdentifiersNotSupported => "Subscribe without a subscription identifier.",
        ReasonCode.WildcardSubscriptionsNotSupported => "Subscribe to whole topics, without + and #.",
        _ => null,
    };
}
