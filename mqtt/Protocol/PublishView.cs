namespace Roost.Mqtt.Protocol;

/// <summary>A PUBLISH read in place (section 3.3): every span points into the receive buffer, nothing is copied or allocated.</summary>
internal readonly ref struct PublishView
{
    public ReadOnlySpan<byte> Topic { get; private init; }

    public ReadOnlySpan<byte> Payload { get; private init; }

    /// <summary>The encoded properties without their length, all checked; empty in 3.1.1. See <see cref="PublishProperties"/>.</summary>
    public ReadOnlySpan<byte> Properties { get; private init; }

    /// <summary>1 to 65,535; 0 for QoS 0.</summary>
    public ushort PacketIdentifier { get; private init; }

    public QualityOfService QualityOfService { get; private init; }

    public bool Duplicate { get; private init; }

    public bool Retain { get; private init; }

    /// <summary>0 when there is none. Whether it is within the announced maximum is the connection's to judge. Topic may be empty with it.</summary>
    public ushort TopicAlias { get; private init; }

    /// <summary>Null when the message does not expire.</summary>
    public uint? MessageExpirySeconds { get; private init; }

    /// <summary>The publisher says that the payload is UTF-8; nobody has looked.</summary>
    public bool PayloadIsUtf8 { get; private init; }

    /// <summary>True when <see cref="Properties"/> may be sent on byte for byte: no Topic Alias, Message Expiry Interval or Subscription Identifier.</summary>
    public bool PropertiesAreForwardable { get; private init; }

    public static bool TryRead(
        in PacketFrame frame, MqttProtocolVersion version, PacketSender sender, out PublishView publish, out PacketFault fault)
    {
        publish = default;
        var flags = frame.FirstByte;
        var quality = (QualityOfService)((flags >> 1) & 0b11);
        if (quality > QualityOfService.ExactlyOnce)
        {
            return Refuse(PacketFault.Malformed("both QoS bits of PUBLISH are set"), out fault); // [MQTT-3.3.1-4]
        }

        var duplicate = (flags & 0b1000) != 0;
        if (duplicate && quality == QualityOfService.AtMostOnce)
        {
            return Refuse(PacketFault.Malformed("PUBLISH has DUP at QoS 0"), out fault); // [MQTT-3.3.1-2]
        }

        var reader = new PacketReader(frame.Body);
        if (!reader.TryReadBinary(out var topic))
        {
            return Refuse(PacketFault.Truncated, out fault);
        }

        ushort packetIdentifier = 0;
        if (quality != QualityOfService.AtMostOnce)
        {
            if (!reader.TryReadUInt16(out packetIdentifier))
            {
                return Refuse(PacketFault.Truncated, out fault);
            }

            if (packetIdentifier == 0)
            {
                return Refuse(PacketFault.ProtocolError("the Packet Identifier is 0"), out fault); // [MQTT-2.3.1-1], [MQTT-2.2.1-3]
            }
        }

        if (!reader.TryReadProperties(version, out var properties))
        {
            return Refuse(PacketFault.Malformed("the Property Length is malformed or longer than the packet"), out fault);
        }

        ushort alias = 0;
        uint? expiry = null;
        var forwardable = true;
        var isUtf8 = false;
        if (!properties.IsEmpty && !TryReadProperties(properties, sender, out alias, out expiry, out forwardable, out isUtf8, out fault))
        {
            return false;
        }

        if (!TopicIsValid(topic, alias, out fault))
        {
            return false;
        }

        publish = new PublishView
        {
            Topic = topic,
            Payload = reader.Rest,
            Properties = properties,
            PacketIdentifier = packetIdentifier,
            QualityOfService = quality,
            Duplicate = duplicate,
            Retain = (flags & 1) != 0,
            TopicAlias = alias,
            MessageExpirySeconds = expiry,
            PropertiesAreForwardable = forwardable,
            PayloadIsUtf8 = isUtf8,
        };
        return true;
    }

    private static bool TopicIsValid(ReadOnlySpan<byte> topic, ushort alias, out PacketFault fault)
    {
        fault = default;
        if (topic.IsEmpty)
        {
            // An alias stands for the topic (MQTT 5 section 3.3.2.1); without one the topic is missing [MQTT-4.7.3-1].
            return alias != 0 || Refuse(PacketFault.ProtocolError("PUBLISH has neither topic nor Topic Alias"), out fault);
        }

        if (MqttText.IsTopicName(topic))
        {
            return true;
        }

        return MqttText.IsValid(topic)
            ? Refuse(new PacketFault(ReasonCode.TopicNameInvalid, "the topic of PUBLISH holds a wildcard"), out fault) // [MQTT-3.3.2-2]
            : Refuse(PacketFault.Malformed("the topic of PUBLISH is not valid UTF-8"), out fault); // [MQTT-1.5.4-1]
    }

    private static bool TryReadProperties(
        ReadOnlySpan<byte> properties, PacketSender sender, out ushort alias, out uint? expiry, out bool forwardable, out bool isUtf8, out PacketFault fault)
    {
        isUtf8 = false;
        alias = 0;
        expiry = null;
        forwardable = true;
        var reader = new PropertyReader(properties, PacketType.Publish);
        while (reader.MoveNext())
        {
            switch (reader.Identifier)
            {
                case PropertyIdentifier.TopicAlias:
                    alias = (ushort)reader.Number;
                    forwardable = false;
                    break;
                case PropertyIdentifier.PayloadFormatIndicator:
                    isUtf8 = reader.Flag;
                    break;
                case PropertyIdentifier.MessageExpiryInterval:
                    expiry = reader.Number;
                    forwardable = false;
                    break;
                case PropertyIdentifier.SubscriptionIdentifier when sender == PacketSender.Client:
                    // [MQTT-3.3.4-6]
                    return Refuse(PacketFault.ProtocolError("a client's PUBLISH has a Subscription Identifier"), out fault);
                case PropertyIdentifier.SubscriptionIdentifier:
                    forwardable = false;
                    break;
            }
        }

        fault = reader.Fault;
        return fault == default;
    }

    private static bool Refuse(PacketFault reason, out PacketFault fault)
    {
        fault = reason;
        return false;
    }
}
