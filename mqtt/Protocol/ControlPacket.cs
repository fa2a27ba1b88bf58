using System.Buffers;

namespace Roost.Mqtt.Protocol;

/// <summary>A packet that is rare enough to be an object: all but PUBLISH, its acknowledgements and the pings.</summary>
internal abstract class ControlPacket
{
    public abstract PacketType Type { get; }

    /// <summary>Bytes of the whole packet.</summary>
    /// <exception cref="ArgumentException">A field is longer than 65,535 bytes, or text has a lone surrogate.</exception>
    /// <exception cref="InvalidOperationException">All fields together are longer than 268,435,455 bytes.</exception>
    public int GetSize(MqttProtocolVersion version)
    {
        var remaining = GetRemainingLength(version);
        return 1 + VariableByteInteger.GetSize(remaining) + remaining;
    }

    /// <returns>Bytes written: what <see cref="GetSize"/> says.</returns>
    public int Write(Span<byte> destination, MqttProtocolVersion version)
    {
        var writer = new PacketWriter(destination);
        var reserved = Type is PacketType.Subscribe or PacketType.Unsubscribe ? 0b0010 : 0;
        writer.WriteByte((byte)(((int)Type << 4) | reserved));
        writer.WriteVariableByteInteger(GetRemainingLength(version));
        WriteBody(ref writer, version);
        return writer.Position;
    }

    public void Write(IBufferWriter<byte> output, MqttProtocolVersion version)
    {
        var size = GetSize(version);
        output.Advance(Write(output.GetSpan(size), version));
    }

    public byte[] ToArray(MqttProtocolVersion version)
    {
        var packet = new byte[GetSize(version)];
        Write(packet, version);
        return packet;
    }

    /// <summary>Variable header and payload.</summary>
    protected abstract void WriteBody(ref PacketWriter writer, MqttProtocolVersion version);

    /// <summary>The properties in the order of their identifiers, User Properties last and in their own order.</summary>
    protected abstract void WriteProperties(ref PacketWriter writer);

    /// <summary>Property Length and properties; nothing in 3.1.1.</summary>
    protected void WriteSizedProperties(ref PacketWriter writer, MqttProtocolVersion version)
    {
        if (version == MqttProtocolVersion.V500)
        {
            var counter = default(PacketWriter);
            WriteProperties(ref counter);
            writer.WriteVariableByteInteger(counter.Position);
            WriteProperties(ref writer);
        }
    }

    /// <summary>For the readers of derived packets: sets the fault and is false.</summary>
    protected static bool Refuse(PacketFault reason, out PacketFault fault)
    {
        fault = reason;
        return false;
    }

    private int GetRemainingLength(MqttProtocolVersion version)
    {
        var counter = default(PacketWriter);
        WriteBody(ref counter, version);
        return counter.Position <= VariableByteInteger.Max
            ? counter.Position
            : throw new InvalidOperationException("The packet is longer than the protocol can say.");
    }
}
