using System.Buffers.Binary;

namespace Roost.Mqtt.Protocol;

/// <summary>Reads the fields of one whole packet in order. A field that does not fit is false, and is a fault of the packet.</summary>
internal ref struct PacketReader(ReadOnlySpan<byte> body)
{
    public ReadOnlySpan<byte> Rest { get; private set; } = body;

    public readonly bool AtEnd => Rest.IsEmpty;

    public bool TryReadByte(out byte value)
    {
        if (Rest.IsEmpty)
        {
            value = 0;
            return false;
        }

        value = Rest[0];
        Rest = Rest[1..];
        return true;
    }

    public bool TryReadUInt16(out ushort value)
    {
        if (!BinaryPrimitives.TryReadUInt16BigEndian(Rest, out value))
        {
            return false;
        }

        Rest = Rest[sizeof(ushort)..];
        return true;
    }

    public bool TryReadUInt32(out uint value)
    {
        if (!BinaryPrimitives.TryReadUInt32BigEndian(Rest, out value))
        {
            return false;
        }

        Rest = Rest[sizeof(uint)..];
        return true;
    }

    public bool TryReadVariableByteInteger(out int value)
    {
        if (VariableByteInteger.TryRead(Rest, out value, out var length) != DecodeStatus.Complete)
        {
            return false;
        }

        Rest = Rest[length..];
        return true;
    }

    /// <summary>Two bytes of length, then so many bytes (MQTT 5 section 1.5.6).</summary>
    public bool TryReadBinary(out ReadOnlySpan<byte> value)
    {
        if (!BinaryPrimitives.TryReadUInt16BigEndian(Rest, out var length) || Rest.Length - sizeof(ushort) < length)
        {
            value = default;
            return false;
        }

        value = Rest.Slice(sizeof(ushort), length);
        Rest = Rest[(sizeof(ushort) + length)..];
        return true;
    }

    /// <summary>Binary that is valid text (see <see cref="MqttText.IsValid"/>).</summary>
    public bool TryReadUtf8(out ReadOnlySpan<byte> value) => TryReadBinary(out value) && MqttText.IsValid(value);

    public bool TryReadText(out string value)
    {
        if (!TryReadUtf8(out var utf8))
        {
            value = "";
            return false;
        }

        value = MqttText.ToText(utf8);
        return true;
    }

    /// <summary>A Property Length and that many bytes (section 2.2.2); none at all in 3.1.1.</summary>
    public bool TryReadProperties(MqttProtocolVersion version, out ReadOnlySpan<byte> properties)
    {
        properties = default;
        if (version != MqttProtocolVersion.V500)
        {
            return true;
        }

        if (!TryReadVariableByteInteger(out var length) || length > Rest.Length)
        {
            return false;
        }

        properties = Rest[..length];
        Rest = Rest[length..];
        return true;
    }
}
