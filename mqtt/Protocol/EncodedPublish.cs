using System.Buffers.Binary;

namespace Roost.Mqtt.Protocol;

/// <summary>
/// A PUBLISH encoded once for all receivers of one protocol version and QoS. Each gets a copy of the bytes, in which only the
/// Packet Identifier, Topic Alias, DUP and RETAIN are its own.
/// </summary>
internal readonly struct EncodedPublish
{
    private readonly ReadOnlyMemory<byte> _packet;
    private readonly int _packetIdentifierOffset;
    private readonly int _aliasOffset;

    private EncodedPublish(ReadOnlyMemory<byte> packet, int packetIdentifierOffset, int aliasOffset)
    {
        _packet = packet;
        _packetIdentifierOffset = packetIdentifierOffset;
        _aliasOffset = aliasOffset;
    }

    /// <summary>Bytes of each copy.</summary>
    public int Length => _packet.Length;

    public QualityOfService QualityOfService => (QualityOfService)((_packet.Span[0] >> 1) & 0b11);

    /// <param name="buffer">At least <see cref="PublishEncoder.GetSize"/> bytes. The caller owns it and keeps it until the last copy is made.</param>
    public static EncodedPublish Create(Memory<byte> buffer, in PublishFields publish, MqttProtocolVersion version)
    {
        var length = PublishEncoder.Write(buffer.Span, publish, version, out var offset, out var aliasOffset);
        return new EncodedPublish(buffer[..length], offset, aliasOffset);
    }

    /// <param name="destination">At least <see cref="Length"/> bytes.</param>
    /// <param name="packetIdentifier">Ignored at QoS 0.</param>
    /// <param name="alias">In the place of the Topic Alias that was encoded; ignored where there is none.</param>
    public void CopyTo(Span<byte> destination, ushort packetIdentifier, bool duplicate, bool retain, ushort alias = 0)
    {
        var packet = _packet.Span;
        packet.CopyTo(destination);
        destination[0] = (byte)((packet[0] & 0b1111_0110) | (duplicate ? 0b1000 : 0) | (retain ? 1 : 0));
        if (_packetIdentifierOffset >= 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(destination[_packetIdentifierOffset..], packetIdentifier);
        }

        if (_aliasOffset >= 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(destination[_aliasOffset..], alias);
        }
    }
}
