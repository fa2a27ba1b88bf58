using System.Buffers.Binary;

namespace Roost.Mqtt.Protocol;

/// <summary>
/// Writes fields in order, or only counts them: the code that writes a packet is also the code that measures it, so that the two
/// cannot differ. <c>default</c> counts.
/// </summary>
internal ref struct PacketWriter
{
    private readonly Span<byte> _destination;
    private readonly bool _writes;

    public PacketWriter(Span<byte> destination)
    {
        _destination = destination;
        _writes = true;
    }

    /// <summary>Bytes written or counted so far.</summary>
    public int Position { get; private set; }

    public void WriteByte(byte value)
    {
        if (_writes)
        {
            _destination[Position] = value;
        }

        Position++;
    }

    public void WriteUInt16(ushort value)
    {
        if (_writes)
        {
            BinaryPrimitives.WriteUInt16BigEndian(_destination[Position..], value);
        }

        Position += sizeof(ushort);
    }

    public void WriteUInt32(uint value)
    {
        if (_writes)
        {
            BinaryPrimitives.WriteUInt32BigEndian(_destination[Position..], value);
        }

        Position += sizeof(uint);
    }

    public void WriteVariableByteInteger(int value)
    {
        if (_writes)
        {
            VariableByteInteger.Write(_destination[Position..], value);
        }

        Position += VariableByteInteger.GetSize(value);
    }

    public void WriteRaw(scoped ReadOnlySpan<byte> bytes)
    {
        if (_writes)
        {
            bytes.CopyTo(_destination[Position..]);
        }

        Position += bytes.Length;
    }

    /// <exception cref="ArgumentException">Longer than 65,535 bytes.</exception>
    public void WriteBinary(scoped ReadOnlySpan<byte> bytes)
    {
        ThrowIfTooLong(bytes.Length, nameof(bytes));
        WriteUInt16((ushort)bytes.Length);
        WriteRaw(bytes);
    }

    /// <exception cref="ArgumentException">Longer than 65,535 bytes as UTF-8, or with a lone surrogate.</exception>
    public void WriteText(string text)
    {
        var length = MqttText.Encoding.GetByteCount(text);
        ThrowIfTooLong(length, nameof(text));
        WriteUInt16((ushort)length);
        if (_writes)
        {
            MqttText.Encoding.GetBytes(text, _destination[Position..]);
        }

        Position += length;
    }

    private static void ThrowIfTooLong(int length, string field)
    {
        if (length > MqttText.MaxBytes)
        {
            throw new ArgumentException("A string or binary field of MQTT holds at most 65,535 bytes.", field);
        }
    }
}
