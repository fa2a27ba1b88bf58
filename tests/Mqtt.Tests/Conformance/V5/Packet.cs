namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>A packet as the broker sent it, taken apart without the broker's own codec.</summary>
internal sealed record Packet(byte[] Bytes, int HeaderLength)
{
    public int Type => Bytes[0] >> 4;

    public ReadOnlySpan<byte> Body => Bytes.AsSpan(HeaderLength);

    public string Hex => Wire.Hex(Bytes);

    /// <summary>Of a DISCONNECT or AUTH; absent is 0x00.</summary>
    public ReasonCode ReasonCode => Body.IsEmpty ? ReasonCode.Success : (ReasonCode)Body[0];

    /// <summary>Of a DISCONNECT, without their length.</summary>
    public ReadOnlySpan<byte> DisconnectProperties => Body.Length < 2 ? default : Sized(Body[1..], out _);

    /// <summary>Of a CONNACK, without their length.</summary>
    public ReadOnlySpan<byte> ConnAckProperties => Sized(Body[2..], out _);

    /// <summary>What a variable byte integer at the beginning of <paramref name="bytes"/> is the length of.</summary>
    public static ReadOnlySpan<byte> Sized(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> rest)
    {
        var (length, count) = (0, 0);
        do
        {
            length |= (bytes[count] & 0x7F) << (7 * count);
        }
        while ((bytes[count++] & 0x80) != 0);
        rest = bytes[(count + length)..];
        return bytes.Slice(count, length);
    }
}
