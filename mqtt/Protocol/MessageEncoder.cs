namespace Roost.Mqtt.Protocol;

/// <summary>Writes an <see cref="MqttMessage"/> as PUBLISH, without allocating.</summary>
internal static class MessageEncoder
{
    /// <summary>Bytes of the whole packet.</summary>
    /// <exception cref="ArgumentException">The message is larger than the protocol can say, or text has a lone surrogate.</exception>
    public static int GetSize(MqttMessage message, MqttProtocolVersion version)
    {
        var remaining = GetRemainingLength(message, version);
        return 1 + VariableByteInteger.GetSize(remaining) + remaining;
    }

    /// <param name="packetIdentifier">Ignored at QoS 0.</param>
    /// <returns>Bytes written: what <see cref="GetSize"/> says.</returns>
    public static int Write(Span<byte> destination, MqttMessage message, MqttProtocolVersion version, ushort packetIdentifier, bool duplicate)
    {
        var writer = new PacketWriter(destination);
        writer.WriteByte(PublishEncoder.GetFirstByte(message.QualityOfService, duplicate, message.Retain));
        writer.WriteVariableByteInteger(GetRemainingLength(message, version));
        WriteBody(ref writer, message, version, packetIdentifier);
        return writer.Position;
    }

    private static int GetRemainingLength(MqttMessage message, MqttProtocolVersion version)
    {
        var counter = default(PacketWriter);
        WriteBody(ref counter, message, version, packetIdentifier: 0);
        return counter.Position is >= 0 and <= VariableByteInteger.Max
            ? counter.Position
            : throw new ArgumentException("The message is larger than the 268,435,455 bytes of the protocol.", nameof(message));
    }

    private static void WriteBody(ref PacketWriter writer, MqttMessage message, MqttProtocolVersion version, ushort packetIdentifier)
    {
        writer.WriteText(message.Topic.Value);
        if (message.QualityOfService != QualityOfService.AtMostOnce)
        {
            writer.WriteUInt16(packetIdentifier);
        }

        if (version == MqttProtocolVersion.V500)
        {
            var counter = default(PacketWriter);
            PublishProperties.Write(ref counter, message.Properties);
            writer.WriteVariableByteInteger(counter.Position);
            PublishProperties.Write(ref writer, message.Properties);
        }

        writer.WriteRaw(message.Payload.Span);
    }
}
