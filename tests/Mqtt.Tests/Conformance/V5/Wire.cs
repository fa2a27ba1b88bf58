using System.Text;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>
/// Bytes as tests write them: hexadecimal with spaces; <c>'text'</c> stands for its UTF-8; <c>[ ]</c> puts the length of what it
/// holds before it as a variable byte integer, <c>{ }</c> as two bytes. So a PUBLISH is <c>30 [ {'topic'} [] 'payload' ]</c>.
/// </summary>
internal static class Wire
{
    public static byte[] Bytes(string notation)
    {
        var position = 0;
        return Read(notation, ref position, end: '\0');
    }

    public static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes);

    /// <summary>The bytes of <paramref name="notation"/> in hexadecimal, without spaces.</summary>
    public static string Hex(string notation) => Hex(Bytes(notation));

    private static byte[] Read(string notation, ref int position, char end)
    {
        var bytes = new List<byte>();
        while (position < notation.Length)
        {
            var symbol = notation[position++];
            if (symbol == end)
            {
                return [.. bytes];
            }

            switch (symbol)
            {
                case ' ':
                    break;
                case '\'':
                    var close = notation.IndexOf('\'', position);
                    bytes.AddRange(Encoding.UTF8.GetBytes(notation[position..close]));
                    position = close + 1;
                    break;
                case '[':
                    var sized = Read(notation, ref position, ']');
                    AddVariableByteInteger(bytes, sized.Length);
                    bytes.AddRange(sized);
                    break;
                case '{':
                    var text = Read(notation, ref position, '}');
                    bytes.AddRange([(byte)(text.Length >> 8), (byte)text.Length]);
                    bytes.AddRange(text);
                    break;
                default:
                    bytes.Add(Convert.ToByte(notation.Substring(position - 1, 2), 16));
                    position++;
                    break;
            }
        }

        return end == '\0' ? [.. bytes] : throw new FormatException($"'{notation}' has no {end} for its opening bracket.");
    }

    private static void AddVariableByteInteger(List<byte> bytes, int value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
    }
}
