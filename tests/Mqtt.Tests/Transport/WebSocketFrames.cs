using System.Buffers.Binary;

namespace Roost.Mqtt.Tests.Transport;

/// <summary>Frames as a client makes them: masked, unless a test wants otherwise.</summary>
internal static class WebSocketFrames
{
    private static readonly byte[] s_mask = [0x12, 0xAB, 0x00, 0xFF];

    public static byte[] Frame(int opcode, byte[] payload, bool isFinal = true, bool isMasked = true, int reserved = 0)
    {
        var frame = new List<byte> { (byte)((isFinal ? 0x80 : 0) | reserved | opcode) };
        var flag = isMasked ? 0x80 : 0;
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(length, payload.Length);
        switch (payload.Length)
        {
            case < 126:
                frame.Add((byte)(flag | payload.Length));
                break;
            case <= ushort.MaxValue:
                frame.Add((byte)(flag | 126));
                frame.AddRange(length[6..]);
                break;
            default:
                frame.Add((byte)(flag | 127));
                frame.AddRange(length);
                break;
        }

        if (isMasked)
        {
            frame.AddRange(s_mask);
        }

        frame.AddRange(payload.Select((value, i) => isMasked ? (byte)(value ^ s_mask[i % 4]) : value));
        return [.. frame];
    }

    public static byte[] Binary(string hex) => Frame(2, Convert.FromHexString(hex));

    public static byte[] Close(int code, string reason = "") => Frame(8, [(byte)(code >> 8), (byte)code, .. System.Text.Encoding.UTF8.GetBytes(reason)]);
}
