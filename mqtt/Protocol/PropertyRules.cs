namespace Roost.Mqtt.Protocol;

/// <summary>Which property has which type and may stand in which packet (MQTT 5 table 2-4).</summary>
internal static class PropertyRules
{
    /// <summary>Stands for the will's properties in CONNECT, which are not those of its packet.</summary>
    public const PacketType Will = PacketType.None;

    private static readonly PropertyType[] s_types = BuildTypes();
    private static readonly ushort[] s_packets = BuildPackets();

    public static PropertyType TypeOf(int identifier) => (uint)identifier < (uint)s_types.Length ? s_types[identifier] : PropertyType.None;

    public static bool IsAllowed(PropertyIdentifier identifier, PacketType packet) => (s_packets[(int)identifier] >> (int)packet & 1) != 0;

    /// <summary>All others stand at most once in a packet; the Subscription Identifier only in SUBSCRIBE.</summary>
    public static bool MayRepeat(PropertyIdentifier identifier, PacketType packet) =>
        identifier == PropertyIdentifier.UserProperty
        || (identifier == PropertyIdentifier.SubscriptionIdentifier && packet == PacketType.Publish);

    private static PropertyType[] BuildTypes()
    {
        var types = new PropertyType[(int)PropertyIdentifier.SharedSubscriptionAvailable + 1];
        Set(PropertyType.Flag, PropertyIdentifier.PayloadFormatIndicator, PropertyIdentifier.RequestProblemInformation,
            PropertyIdentifier.RequestResponseInformation, PropertyIdentifier.MaximumQualityOfService, PropertyIdentifier.RetainAvailable,
            PropertyIdentifier.WildcardSubscriptionAvailable, PropertyIdentifier.SubscriptionIdentifierAvailable,
            PropertyIdentifier.SharedSubscriptionAvailable);
        Set(PropertyType.UInt16, PropertyIdentifier.ServerKeepAlive, PropertyIdentifier.ReceiveMaximum,
            PropertyIdentifier.TopicAliasMaximum, PropertyIdentifier.TopicAlias);
        Set(PropertyType.UInt32, PropertyIdentifier.MessageExpiryInterval, PropertyIdentifier.SessionExpiryInterval,
            PropertyIdentifier.WillDelayInterval, PropertyIdentifier.MaximumPacketSize);
        Set(PropertyType.VariableByteInteger, PropertyIdentifier.SubscriptionIdentifier);
        Set(PropertyType.Text, PropertyIdentifier.ContentType, PropertyIdentifier.ResponseTopic, PropertyIdentifier.AssignedClientIdentifier,
            PropertyIdentifier.AuthenticationMethod, PropertyIdentifier.ResponseInformation, PropertyIdentifier.ServerReference,
            PropertyIdentifier.ReasonString);
        Set(PropertyType.Binary, PropertyIdentifier.CorrelationData, PropertyIdentifier.AuthenticationData);
        Set(PropertyType.TextPair, PropertyIdentifier.UserProperty);
        return types;

        void Set(PropertyType type, params ReadOnlySpan<PropertyIdentifier> identifiers)
        {
            foreach (var identifier in identifiers)
            {
                types[(int)identifier] = type;
            }
        }
    }

    private static ushort[] BuildPackets()
    {
        var packets = new ushort[(int)PropertyIdentifier.SharedSubscriptionAvailable + 1];
        Allow(Will, PropertyIdentifier.PayloadFormatIndicator, PropertyIdentifier.MessageExpiryInterval, PropertyIdentifier.ContentType,
            PropertyIdentifier.ResponseTopic, PropertyIdentifier.CorrelationData, PropertyIdentifier.WillDelayInterval,
            PropertyIdentifier.UserProperty);
        Allow(PacketType.Connect, PropertyIdentifier.SessionExpiryInterval, PropertyIdentifier.AuthenticationMethod,
            PropertyIdentifier.AuthenticationData, PropertyIdentifier.RequestProblemInformation,
            PropertyIdentifier.RequestResponseInformation, PropertyIdentifier.ReceiveMaximum, PropertyIdentifier.TopicAliasMaximum,
            PropertyIdentifier.UserProperty, PropertyIdentifier.MaximumPacketSize);
        Allow(PacketType.ConnAck, PropertyIdentifier.SessionExpiryInterval, PropertyIdentifier.AssignedClientIdentifier,
            PropertyIdentifier.ServerKeepAlive, PropertyIdentifier.AuthenticationMethod, PropertyIdentifier.AuthenticationData,
            PropertyIdentifier.ResponseInformation, PropertyIdentifier.ServerReference, PropertyIdentifier.ReasonString,
            PropertyIdentifier.ReceiveMaximum, PropertyIdentifier.TopicAliasMaximum, PropertyIdentifier.MaximumQualityOfService,
            PropertyIdentifier.RetainAvailable, PropertyIdentifier.UserProperty, PropertyIdentifier.MaximumPacketSize,
            PropertyIdentifier.WildcardSubscriptionAvailable, PropertyIdentifier.SubscriptionIdentifierAvailable,
            PropertyIdentifier.SharedSubscriptionAvailable);
        Allow(PacketType.Publish, PropertyIdentifier.PayloadFormatIndicator, PropertyIdentifier.MessageExpiryInterval,
            PropertyIdentifier.ContentType, PropertyIdentifier.ResponseTopic, PropertyIdentifier.CorrelationData,
            PropertyIdentifier.SubscriptionIdentifier, PropertyIdentifier.TopicAlias, PropertyIdentifier.UserProperty);
        foreach (var acknowledgement in (ReadOnlySpan<PacketType>)[PacketType.PubAck, PacketType.PubRec, PacketType.PubRel,
            PacketType.PubComp, PacketType.SubAck, PacketType.UnsubAck])
        {
            Allow(acknowledgement, PropertyIdentifier.ReasonString, PropertyIdentifier.UserProperty);
        }

        Allow(PacketType.Subscribe, PropertyIdentifier.SubscriptionIdentifier, PropertyIdentifier.UserProperty);
        Allow(PacketType.Unsubscribe, PropertyIdentifier.UserProperty);
        Allow(PacketType.Disconnect, PropertyIdentifier.SessionExpiryInterval, PropertyIdentifier.ServerReference,
            PropertyIdentifier.ReasonString, PropertyIdentifier.UserProperty);
        Allow(PacketType.Auth, PropertyIdentifier.AuthenticationMethod, PropertyIdentifier.AuthenticationData,
            PropertyIdentifier.ReasonString, PropertyIdentifier.UserProperty);
        return packets;

        void Allow(PacketType packet, params ReadOnlySpan<PropertyIdentifier> identifiers)
        {
            foreach (var identifier in identifiers)
            {
                packets[(int)identifier] |= (ushort)(1 << (int)packet);
            }
        }
    }
}
