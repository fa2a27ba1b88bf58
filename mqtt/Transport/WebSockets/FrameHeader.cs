using System.Buffers.Binary;

namespace Roost.Mqtt.Transport.WebSockets;

/// <summary>The header of a whole message in one frame to a client, which is not masked (RFC 6455 section 5.1).</summary>
internal static class FrameHeader
{
    private const byte Final = 0x80;

    public static int GetSize(int payloadBytes) => payloadBytes switch { < 126 => 2, <= ushort.MaxValue => 4, _ => 10 };

    public static void Write(Span<byte> header, byte opcode, int payloadBytes)
    {
        header[0] = (byte)(Final | opcode);
        switch (header.Length)
        {
            case 2:
                header[1] = (byte)payloadBytes;
                break;
            case 4:
                header[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)payloadBytes);
                break;
            default:
                header[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(header[2..], (ulong)payloadBytes);
                break;
        }
    }

    public static byte[] Control(byte opcode, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[2 + payload.Length];
        Write(frame.AsSpan(0, 2), opcode, payload.Length);
        payload.CopyTo(frame.AsSpan(2));
        return frame;
    }

    public static byte[] Close(CloseCode code) => Control(Opcode.Close, [(byte)((int)code >> 8), (byte)code]);
}
