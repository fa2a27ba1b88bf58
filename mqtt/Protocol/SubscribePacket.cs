namespace Roost.Mqtt.Protocol;

/// <summary>SUBSCRIBE (section 3.8).</summary>
internal sealed class SubscribePacket : ControlPacket
{
    private const byte NoLocalFlag = 0b0000_0100;
    private const byte RetainAsPublishedFlag = 0b0000_1000;

    public override PacketType Type => PacketType.Subscribe;

    public required ushort PacketIdentifier { get; init; }

    public required IReadOnlyList<SubscriptionRequest> Subscriptions { get; init; }

    /// <summary>1 to 268,435,455; null when absent.</summary>
    public int? SubscriptionIdentifier { get; init; }

    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];

    public static bool TryRead(in PacketFrame frame, MqttProtocolVersion version, out SubscribePacket? packet, out PacketFault fault)
    {
        packet = null;
        var reader = new PacketReader(frame.Body);
        if (!reader.TryReadUInt16(out var packetIdentifier) || !reader.TryReadProperties(version, out var properties))
        {
            return Refuse(PacketFault.Truncated, out fault);
        }

        if (packetIdentifier == 0)
        {
            return Refuse(PacketFault.ProtocolError("the Packet Identifier is 0"), out fault); // [MQTT-2.3.1-1], [MQTT-2.2.1-3]
        }

        int? identifier = null;
        List<UserProperty>? userProperties = null;
        var propertyReader = new PropertyReader(properties, PacketType.Subscribe);
        while (propertyReader.MoveNext())
        {
            if (propertyReader.Identifier == PropertyIdentifier.SubscriptionIdentifier)
            {
                identifier = (int)propertyReader.Number;
            }
            else
            {
                (userProperties ??= []).Add(propertyReader.UserProperty);
            }
        }

        if (propertyReader.Fault != default)
        {
            return Refuse(propertyReader.Fault, out fault);
        }

        var subscriptions = new List<SubscriptionRequest>(1);
        while (!reader.AtEnd)
        {
            if (!TryReadSubscription(ref reader, version, out var subscription, out fault))
            {
                return false;
            }

            subscriptions.Add(subscription);
        }

        if (subscriptions.Count == 0)
        {
            return Refuse(PacketFault.ProtocolError("SUBSCRIBE has no topic filter"), out fault); // [MQTT-3.8.3-3] (5: [MQTT-3.8.3-2])
        }

        packet = new SubscribePacket
        {
            PacketIdentifier = packetIdentifier,
            Subscriptions = subscriptions,
            SubscriptionIdentifier = identifier,
            UserProperties = userProperties ?? (IReadOnlyList<UserProperty>)[],
        };
        fault = default;
        return true;
    }

    protected override void WriteBody(ref PacketWriter writer, MqttProtocolVersion version)
    {
        writer.WriteUInt16(PacketIdentifier);
        WriteSizedProperties(ref writer, version);
        foreach (var subscription in Subscriptions)
        {
            writer.WriteText(subscription.Filter);
            var options = (byte)subscription.QualityOfService;
            if (version == MqttProtocolVersion.V500)
            {
                options |= (byte)((subscription.NoLocal ? NoLocalFlag : 0)
                    | (subscription.RetainAsPublished ? RetainAsPublishedFlag : 0)
                    | ((int)subscription.RetainHandling << 4));
            }

            writer.WriteByte(options);
        }
    }

    protected override void WriteProperties(ref PacketWriter writer)
    {
        PropertyWriter.WriteVariableByteInteger(ref writer, PropertyIdentifier.SubscriptionIdentifier, SubscriptionIdentifier);
        PropertyWriter.WriteUserProperties(ref writer, UserProperties);
    }

    private static bool TryReadSubscription(
        ref PacketReader reader, MqttProtocolVersion version, out SubscriptionRequest subscription, out PacketFault fault)
    {
        subscription = default;
        if (!reader.TryReadText(out var filter))
        {
            return Refuse(PacketFault.Malformed("a topic filter is cut short or not valid UTF-8"), out fault); // [MQTT-3.8.3-1]
        }

        if (!reader.TryReadByte(out var options))
        {
            return Refuse(PacketFault.Truncated, out fault);
        }

        // [MQTT-3.8.3-4] (5: [MQTT-3.8.3-5]) reserved bits; 3.1.1 has no options but the QoS
        var reserved = version == MqttProtocolVersion.V500 ? 0b1100_0000 : 0b1111_1100;
        if ((options & reserved) != 0 || (options & 0b11) == 0b11)
        {
            return Refuse(PacketFault.Malformed("SUBSCRIBE has QoS 3 or reserved option bits"), out fault);
        }

        var retainHandling = (RetainHandling)((options >> 4) & 0b11);
        if (retainHandling > RetainHandling.DoNotSend)
        {
            return Refuse(PacketFault.ProtocolError("the Retain Handling is 3"), out fault);
        }

        var noLocal = (options & NoLocalFlag) != 0;
        if (noLocal && filter.StartsWith("$share/", StringComparison.Ordinal))
        {
            return Refuse(PacketFault.ProtocolError("a shared subscription has No Local"), out fault); // [MQTT-3.8.3-4]
        }

        subscription = new SubscriptionRequest(
            filter, (QualityOfService)(options & 0b11), noLocal, (options & RetainAsPublishedFlag) != 0, retainHandling);
        fault = default;
        return true;
    }
}
