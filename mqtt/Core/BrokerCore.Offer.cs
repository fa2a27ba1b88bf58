using System.Text.Unicode;
using Roost.Mqtt.Connections;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Routing;

namespace Roost.Mqtt.Core;

/// <summary>What a listener does not offer its clients (MQTT 5 section 3.2.2.3), and what a client is told who uses it all the same.</summary>
internal sealed partial class BrokerCore
{
    /// <summary>Maximum QoS and Retain Available.</summary>
    private bool IsOffered(Connection connection, in PublishView publish)
    {
        var limits = connection.Listener.Limits;
        if ((int)publish.QualityOfService > limits.MaxQos)
        {
            Refuse(connection, new PacketFault(ReasonCode.QualityOfServiceNotSupported, "the QoS is above the announced maximum")); // [MQTT-3.2.2-11]
            return false;
        }

        if (publish.Retain && !limits.RetainAvailable)
        {
            Refuse(connection, new PacketFault(ReasonCode.RetainNotSupported, "retained messages are not offered here")); // [MQTT-3.2.2-14]
            return false;
        }

        return true;
    }

    private static PacketFault? FindFaultOfWill(MqttMessage will, MqttLimitsOptions limits)
    {
        if (ReservedTopics.Contains(will.Topic))
        {
            return new PacketFault(ReasonCode.NotAuthorized, "the topic of the will is the broker's own");
        }

        if ((int)will.QualityOfService > limits.MaxQos)
        {
            return new PacketFault(ReasonCode.QualityOfServiceNotSupported, "the QoS of the will is above the maximum"); // [MQTT-3.2.2-12]
        }

        if (will.Retain && !limits.RetainAvailable)
        {
            return new PacketFault(ReasonCode.RetainNotSupported, "retained messages are not offered here"); // [MQTT-3.2.2-13]
        }

        return limits.CheckPayloadFormat && will.Properties is { PayloadIsUtf8: true } && !Utf8.IsValid(will.Payload.Span)
            ? new PacketFault(ReasonCode.PayloadFormatInvalid, "the payload of the will is not the UTF-8 that it is said to be")
            : null;
    }

    /// <summary>An MQTT 5 client was told what is not there: using it is a protocol error, which ends the connection (sections 3.2.2.3.11 to 3.2.2.3.13).</summary>
    private static PacketFault? FindFaultOfSubscribe(MqttLimitsOptions limits, SubscribePacket subscribe)
    {
        if (subscribe.SubscriptionIdentifier is not null && !limits.SubscriptionIdentifiers)
        {
            return new PacketFault(ReasonCode.SubscriptionIdentifiersNotSupported, "subscription identifiers are not offered here");
        }

        foreach (var request in subscribe.Subscriptions)
        {
            switch (FindRefusal(limits, request.Filter))
            {
                case ReasonCode.SharedSubscriptionsNotSupported:
                    return new PacketFault(ReasonCode.SharedSubscriptionsNotSupported, "shared subscriptions are not offered here");
                case ReasonCode.WildcardSubscriptionsNotSupported:
                    return new PacketFault(ReasonCode.WildcardSubscriptionsNotSupported, "wildcard subscriptions are not offered here");
            }
        }

        return null;
    }

    private static ReasonCode FindRefusal(MqttLimitsOptions limits, string filter)
    {
        if (!limits.SharedSubscriptions && filter.StartsWith(SharePrefix, StringComparison.Ordinal))
        {
            return ReasonCode.SharedSubscriptionsNotSupported;
        }

        return !limits.WildcardSubscriptions && filter.AsSpan().ContainsAny('+', '#') ? ReasonCode.WildcardSubscriptionsNotSupported : ReasonCode.Success;
    }

    /// <summary>What PUBACK or PUBREC has to say against this one message; the connection goes on.</summary>
    private ReasonCode FindRefusal(Connection connection, TopicRoute route, in PublishView publish)
    {
        if (route.IsReserved || connection.Session!.Permissions is { } permissions && !permissions.MayPublish(route, publish.Retain))
        {
            TellOfDenied(connection, route, publish.Retain);
            return ReasonCode.NotAuthorized;
        }

        return publish.PayloadIsUtf8 && connection.Listener.Limits.CheckPayloadFormat && !Utf8.IsValid(publish.Payload)
            ? ReasonCode.PayloadFormatInvalid
            : ReasonCode.Success;
    }

    /// <returns>False: nothing is sent, as there is nothing to tell, or the client does not want it or cannot take it [MQTT-3.4.2-2].</returns>
    private static bool TrySendWithReason(Connection connection, PacketType type, ushort packetIdentifier, ReasonCode reasonCode)
    {
        var reason = ReasonTexts.OfPublish(reasonCode);
        var size = Acknowledgement.GetSize(reason);
        if (reason.IsEmpty || connection.Version != MqttProtocolVersion.V500 || !connection.WantsReasons || size > connection.MaximumPacketSize)
        {
            return false;
        }

        Acknowledgement.Write(connection.Extend(size), type, packetIdentifier, reasonCode, reason);
        return true;
    }

    /// <summary>Below the prefix a client may ask to be answered; null when its identifier makes no topic.</summary>
    private string? ResponseInformationFor(ConnectPacket connect, string clientIdentifier) =>
        connect.RequestResponseInformation && ResponseTopicPrefix is { } prefix && TopicName.TryParse($"{prefix}/{clientIdentifier}/", out var topic)
            ? topic.Value
            : null;
}
