namespace Roost.Mqtt.Protocol;

/// <summary>UNSUBSCRIBE (section 3.10).</summary>
internal sealed class UnsubscribePacket : ControlPacket
{
    public override PacketType Type => PacketType.Unsubscribe;

    public required ushort PacketIdentifier { get; init; }

    /// <summary>Compared character by character with those subscribed [MQTT-3.10.4-1].</summary>
    public required IReadOnlyList<string> Filters { get; init; }

    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];

    public static bool TryRead(in PacketFrame frame, MqttProtocolVersion version, out UnsubscribePacket? packet, out PacketFault fault)
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

        List<UserProperty>? userProperties = null;
        var propertyReader = new PropertyReader(properties, PacketType.Unsubscribe);
        while (propertyReader.MoveNext())
        {
            (userProperties ??= []).Add(propertyReader.UserProperty);
        }

        if (propertyReader.Fault != default)
        {
            return Refuse(propertyReader.Fault, out fault);
        }

        var filters = new List<string>(1);
        while (!reader.AtEnd)
        {
            if (!reader.TryReadText(out var filter))
            {
                return Refuse(PacketFault.Malformed("a topic filter is cut short or not valid UTF-8"), out fault); // [MQTT-3.10.3-1]
            }

            filters.Add(filter);
        }

        if (filters.Count == 0)
        {
            return Refuse(PacketFault.ProtocolError("UNSUBSCRIBE has no topic filter"), out fault); // [MQTT-3.10.3-2]
        }

        packet = new UnsubscribePacket
        {
            PacketIdentifier = packetIdentifier,
            Filters = filters,
            UserProperties = userProperties ?? (IReadOnlyList<UserProperty>)[],
        };
        fault = default;
        return true;
    }

    protected override void WriteBody(ref PacketWriter writer, MqttProtocolVersion version)
    {
        writer.WriteUInt16(PacketIdentifier);
        WriteSizedProperties(ref writer, version);
        foreach (var filter in Filters)
        {
            writer.WriteText(filter);
        }
    }

    protected override void WriteProperties(ref PacketWriter writer) => PropertyWriter.WriteUserProperties(ref writer, UserProperties);
}
