using System.Text;
using Roost.Mqtt.Tests.Protocol;

namespace Roost.Mqtt.Tests.Conformance;

/// <summary>Packets as text that <see cref="Reading.Bytes"/> reads, where counting by hand would hide what a test is about.</summary>
internal static class Raw
{
    /// <summary>The first byte, the Remaining Length, the body.</summary>
    public static string Packet(string firstByte, string body)
    {
        var left = Reading.Bytes(body).Length;
        var length = "";
        do
        {
            length += $" {(left & 0x7F) | (left > 0x7F ? 0x80 : 0):X2}";
            left >>= 7;
        }
        while (left > 0);

        return $"{firstByte}{length} {body}";
    }

    /// <summary>Two bytes of length, then the text.</summary>
    public static string Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return $"{bytes.Length:X4}{Convert.ToHexString(bytes)}";
    }

    /// <summary>Two bytes of length, then bytes that need not be text.</summary>
    public static string Field(string hex) => $"{Reading.Bytes(hex).Length:X4} {hex}";
}
