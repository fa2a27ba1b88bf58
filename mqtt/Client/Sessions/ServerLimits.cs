using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client.Sessions;

/// <summary>What the server's CONNACK rules out: it is not sent at all.</summary>
internal static class ServerLimits
{
    private const string SharePrefix = "$share/";

    /// <param name="size">Of the whole packet.</param>
    /// <returns>Null when the server takes such a message.</returns>
    public static MqttPublishRefusedException? FaultOf(MqttServerProperties server, MqttMessage message, int size)
    {
        if (size > server.MaximumPacketBytes)
        {
            return Refused($"The message has {size} bytes as a packet; the server takes {server.MaximumPacketBytes}.", ReasonCode.PacketTooLarge); // [MQTT-3.2.2-15]
        }

        if (message.QualityOfService > server.MaximumQualityOfService)
        {
            return Refused($"The server takes no QoS above {(int)server.MaximumQualityOfService}.", ReasonCode.QualityOfServiceNotSupported); // [MQTT-3.2.2-11]
        }

        return message.Retain && !server.RetainAvailable
            ? Refused("The server keeps no retained messages.", ReasonCode.RetainNotSupported) // [MQTT-3.2.2-14]
            : null;
    }

    /// <returns>Null when the server takes such a request.</returns>
    public static MqttSubscriptionRefusedException? FaultOf(MqttServerProperties server, ControlPacket request, MqttProtocolVersion version)
    {
        var filters = FiltersOf(request);
        if (request.GetSize(version) > server.MaximumPacketBytes)
        {
            return new(filters[0], ReasonCode.PacketTooLarge);
        }

        if (request is not SubscribePacket subscribe)
        {
            return null;
        }

        if (subscribe.SubscriptionIdentifier is not null && !server.SubscriptionIdentifiersAvailable)
        {
            return new(filters[0], ReasonCode.SubscriptionIdentifiersNotSupported);
        }

        foreach (var filter in filters)
        {
            if (!server.SharedSubscriptionAvailable && filter.StartsWith(SharePrefix, StringComparison.Ordinal))
            {
                return new(filter, ReasonCode.SharedSubscriptionsNotSupported);
            }

            if (!server.WildcardSubscriptionAvailable && filter.AsSpan().ContainsAny('+', '#'))
            {
                return new(filter, ReasonCode.WildcardSubscriptionsNotSupported);
            }
        }

        return null;
    }

    public static IReadOnlyList<string> FiltersOf(ControlPacket request) => request is SubscribePacket subscribe
        ? [.. subscribe.Subscriptions.Select(subscription => subscription.Filter)]
        : ((UnsubscribePacket)request).Filters;

    private static MqttPublishRefusedException Refused(string message, ReasonCode reasonCode) => new(message) { ReasonCode = reasonCode };
}
