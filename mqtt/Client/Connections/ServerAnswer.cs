using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client.Connections;

/// <summary>A CONNACK that accepts, as callers see it.</summary>
internal static class ServerAnswer
{
    public static MqttServerProperties ToProperties(ConnAckPacket connAck) => new()
    {
        SessionPresent = connAck.SessionPresent,
        SessionExpiryInterval = connAck.SessionExpirySeconds switch
        {
            null => null,
            uint.MaxValue => Timeout.InfiniteTimeSpan,
            { } seconds => TimeSpan.FromSeconds(seconds),
        },
        ReceiveMaximum = connAck.ReceiveMaximum ?? ushort.MaxValue,
        MaximumQualityOfService = connAck.MaximumQualityOfService,
        RetainAvailable = connAck.RetainAvailable,
        MaximumPacketBytes = connAck.MaximumPacketSize ?? long.MaxValue,
        AssignedClientIdentifier = connAck.AssignedClientIdentifier,
        TopicAliasMaximum = connAck.TopicAliasMaximum ?? 0,
        WildcardSubscriptionAvailable = connAck.WildcardSubscriptionAvailable,
        SubscriptionIdentifiersAvailable = connAck.SubscriptionIdentifiersAvailable,
        SharedSubscriptionAvailable = connAck.SharedSubscriptionAvailable,
        KeepAlive = connAck.ServerKeepAliveSeconds is { } keepAlive ? TimeSpan.FromSeconds(keepAlive) : null,
        ResponseInformation = connAck.ResponseInformation,
        ReasonString = connAck.ReasonString,
        UserProperties = connAck.UserProperties,
    };
}
