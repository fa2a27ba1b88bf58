using System.Buffers.Binary;

namespace Roost.Mqtt.Protocol;

/// <summary>Writes PUBLISH (section 3.3) into memory of the exact size, without allocating.</summary>
internal static class PublishEncoder
{
    /// <summary>Bytes of the whole packet.</summary>
    /// <exception cref="ArgumentException">The packet would be longer than the protocol can say.</exception>
    public static int GetSize(in PublishFields publish, MqttProtocolVersion version)
    {
        var remaining = GetRemainingLength(publish, version);
        return 1 + VariableByteInteger.GetSize(remaining) + remaining;
    }

    /// <returns>Bytes written: what <see cref="GetSize"/> says.</returns>
    public static int Write(Span<byte> destination, in PublishFields publish, MqttProtocolVersion version) =>
        Write(destination, publish, version, out _, out _);

    /// <param name="packetIdentifierOffset">Where the Packet Identifier stands; -1 at QoS 0.</param>
    /// <param name="aliasOffset">Where the Topic Alias stands; -1: there is none.</param>
    public static int Write(
        Span<byte> destination, in PublishFields publish, MqttProtocolVersion version, out int packetIdentifierOffset, out int aliasOffset)
    {
        var remaining = GetRemainingLength(publish, version);
        destination[0] = GetFirstByte(publish.QualityOfService, publish.Duplicate, publish.Retain);
        var position = 1 + VariableByteInteger.Write(destination[1..], remaining);

        BinaryPrimitives.WriteUInt16BigEndian(destination[position..], (ushort)publish.Topic.Length);
        position += sizeof(ushort);
        publish.Topic.CopyTo(destination[position..]);
        position += publish.Topic.Length;

        packetIdentifierOffset = -1;
        if (publish.QualityOfService != QualityOfService.AtMostOnce)
        {
            packetIdentifierOffset = position;
            BinaryPrimitives.WriteUInt16BigEndian(destination[position..], publish.PacketIdentifier);
            position += sizeof(ushort);
        }

        aliasOffset = -1;
        if (version == MqttProtocolVersion.V500)
        {
            position += VariableByteInteger.Write(destination[position..], GetPropertyLength(publish));
            if (publish.TopicAlias != 0)
            {
                destination[position++] = (byte)PropertyIdentifier.TopicAlias;
                aliasOffset = position;
                BinaryPrimitives.WriteUInt16BigEndian(destination[position..], publish.TopicAlias);
                position += sizeof(ushort);
            }

            publish.Properties.CopyTo(destination[position..]);
            position += publish.Properties.Length;
        }

        publish.Payload.CopyTo(destination[position..]);
        return position + publish.Payload.Length;
    }

    public static byte GetFirstByte(QualityOfService quality, bool duplicate, bool retain) =>
        (byte)(((int)PacketType.Publish << 4) | (duplicate ? 0b1000 : 0) | ((int)quality << 1) | (retain ? 1 : 0));

    private static int GetPropertyLength(in PublishFields publish) => (publish.TopicAlias == 0 ? 0 : 3) + publish.Properties.Length;

    private static int GetRemainingLength(in PublishFields publish, MqttProtocolVersion version)
    {
        var remaining = sizeof(ushort) + publish.Topic.Length + (long)publish.Payload.Length
            + (publish.QualityOfService == QualityOfService.AtMostOnce ? 0 : sizeof(ushort))
            + (version == MqttProtocolVersion.V500 ? VariableByteInteger.GetSize(GetPropertyLength(publish)) + GetPropertyLength(publish) : 0);
        return remaining <= VariableByteInteger.Max && publish.Topic.Length <= MqttText.MaxBytes
            ? (int)remaining
            : throw new ArgumentException("The PUBLISH is longer than the protocol can say.", nameof(publish));
    }
}
