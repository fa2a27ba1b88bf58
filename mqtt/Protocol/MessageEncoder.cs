namespace Roost.Mqtt.Protocol;

/// <summary>Writes an <see cref="MqttMessage"/> as PUBLISH, without allocating.</summary>
internal static class MessageEncoder
{
    /// <summary>Bytes of the whole packet.</summary>
    /// <exception cref="ArgumentException">The message is larger than the protocol can say, or text has a lone surrogate.</exception>
    /// <param name="alias">Of MQTT 5; default for none.</param>
    public static int GetSize(MqttMessage message, MqttProtocolVersion version, SentTopicAlias alias = default)
    {
        var remaining = GetRemainingLength(message, version, alias);
        return 1 + VariableByteInteger.GetSize(remaining) + remaining;
    }

    /// <param name="packetIdentifier">Ignored at QoS 0.</param>
    /// <param name="alias">Of MQTT 5; default for none.</param>
    /// <returns>Bytes written: what <see cref="GetSize"/> says.</returns>
    public static int Write(
        Span<byte> destination, MqttMessage message, MqttProtocolVersion version, ushort packetIdentifier, bool duplicate, SentTopicAlias alias = default)
    {
        var writer = new PacketWriter(destination);
        writer.WriteByte(PublishEncoder.GetFirstByte(message.QualityOfService, duplicate, message.Retain));
        writer.WriteVariableByteInteger(GetRemainingLength(message, version, alias));
        WriteBody(ref writer, message, version, packetIdentifier, alias);
        return writer.Position;
    }

    private static int GetRemainingLength(MqttMessage message, MqttProtocolVersion version, SentTopicAlias alias)
    {
        var counter = default(PacketWriter);
        WriteBody(ref counter, message, version, packetIdentifier: 0, alias);
        return counter.Position is >= 0 and <= VariableByteInteger.Max
            ? counter.Position
            : throw new ArgumentException("The message is larger than the 268,435,455 bytes of the protocol.", nameof(message));
    }

    private static void WriteBody(
        ref PacketWriter writer, MqttMessage message, MqttProtocolVersion version, ushort packetIdentifier, SentTopicAlias alias)
    {
        writer.WriteText(alias.StandsForTopic ? "" : message.Topic.Value);
        if (message.QualityOfService != QualityOfService.AtMostOnce)
        {
            writer.WriteUInt16(packetIdentifier);
        }

        if (version == MqttProtocolVersion.V500)
        {
            var counter = default(PacketWriter);
            WriteProperties(ref counter, message, alias);
            writer.WriteVariableByteInteger(counter.Position);
            WriteProperties(ref writer, message, alias);
        }

        writer.WriteRaw(message.Payload.Span);
    }

    private static void WriteProperties(ref PacketWriter writer, MqttMessage message, SentTopicAlias alias)
    {
        PropertyWriter.WriteUInt16(ref writer, PropertyIdentifier.TopicAlias, alias.Alias == 0 ? null : alias.Alias);
        PublishProperties.Write(ref writer, message.Properties);
    }
}
