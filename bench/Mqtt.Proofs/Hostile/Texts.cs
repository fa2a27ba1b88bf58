using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;

namespace Roost.Mqtt.Proofs.Hostile;

/// <summary>Text that is none, where text must be (MQTT 5 section 1.5.4).</summary>
internal static class Texts
{
    private static readonly byte[][] s_wrong =
    [
        [0x80], [0xC3], [0xC3, 0x28], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0xAF], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80],
        [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x9F, 0x92], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFF], [0xFE], [(byte)'a', 0, (byte)'b'],
    ];

    // U+FEFF is text wherever it stands [MQTT-1.5.4-3]; noncharacters and control characters may be taken or refused.
    private static readonly byte[][] s_right = [[0xEF, 0xBB, 0xBF], [0xF0, 0x9F, 0xA4, 0x96], [0xED, 0x9F, 0xBF], [0xEE, 0x80, 0x80], [0xF4, 0x8F, 0xBF, 0xBD]];

    public static string WrongUtf8(int port, double scale, CancellationToken limit)
    {
        var (closed, kept, rounds) = (0, 0, 0);
        while (rounds < 30 * scale && !limit.IsCancellationRequested)
        {
            rounds++;
            foreach (var text in s_wrong)
            {
                closed += ClosesAfter(port, first: null, ConnectWith(text)) ? 1 : 0;
                closed += ClosesAfter(port, WireClient.ConnectBytes(""), PublishWith(text)) ? 1 : 0;
                closed += ClosesAfter(port, WireClient.ConnectBytes(""), SubscribeWith(text)) ? 1 : 0;
            }

            foreach (var text in s_right)
            {
                kept += ClosesAfter(port, WireClient.ConnectBytes(""), PublishWith(text)) ? 0 : 1;
                kept += ClosesAfter(port, WireClient.ConnectBytes(""), SubscribeWith(text)) ? 0 : 1;
            }
        }

        return closed == rounds * s_wrong.Length * 3 && kept == rounds * s_right.Length * 2
            ? string.Create(CultureInfo.InvariantCulture, $"{closed:N0} refused, {kept:N0} sound ones taken")
            : throw new InvalidDataException($"{closed} of {rounds * s_wrong.Length * 3} wrong texts were refused, {kept} of {rounds * s_right.Length * 2} right ones taken.");
    }

    private static byte[] ConnectWith(byte[] identifier) =>
        [0x10, (byte)(12 + identifier.Length), 0, 4, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', 4, 2, 0, 60, .. Sized(identifier)];

    private static byte[] PublishWith(byte[] topic) => [0x30, (byte)(3 + topic.Length), .. Sized(topic), (byte)'x'];

    private static byte[] SubscribeWith(byte[] filter) => [0x82, (byte)(5 + filter.Length), 0, 1, .. Sized(filter), 0];

    private static byte[] Sized(byte[] text)
    {
        var sized = new byte[2 + text.Length];
        BinaryPrimitives.WriteUInt16BigEndian(sized, (ushort)text.Length);
        text.CopyTo(sized, 2);
        return sized;
    }

    /// <summary>PINGREQ behind it tells: an answer to it means that the broker went on.</summary>
    private static bool ClosesAfter(int port, byte[]? first, byte[] packet)
    {
        using var client = WireClient.Open(port);
        try
        {
            client.Send([.. first ?? [], .. packet, 0xC0, 0]);
            while (client.Receive() is { Length: > 0 } answer)
            {
                if (answer[0] == 0xD0)
                {
                    return false;
                }
            }

            return true;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
