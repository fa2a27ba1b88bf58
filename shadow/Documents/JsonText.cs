using System.Buffers;
using System.Text;

namespace Roost.Shadow.Documents;

/// <summary>
/// Strings as JSON with the fewest escapes: the quote, the backslash and control characters, nothing else. One spelling for each
/// string, so that equal strings have equal bytes and sizes are exact.
/// </summary>
internal static class JsonText
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        "\"\\\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000B\f\r\u000E\u000F\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F");

    /// <summary>Length in bytes of <paramref name="text"/> as JSON, quotes included.</summary>
    public static int StringBytes(string text)
    {
        var bytes = 2 + Encoding.UTF8.GetByteCount(text);
        if (text.AsSpan().ContainsAny(Escaped))
        {
            foreach (var c in text)
            {
                bytes += EscapeOf(c).Length is var length and > 0 ? length - 1 : 0;
            }
        }

        return bytes;
    }

    /// <summary>Writes <paramref name="text"/> with quotes; returns the bytes written, which are <see cref="StringBytes"/>.</summary>
    public static int Write(string text, Span<byte> destination)
    {
        var rest = text.AsSpan();
        var written = 0;
        destination[written++] = (byte)'"';
        while (rest.IndexOfAny(Escaped) is var next and >= 0)
        {
            written += Encoding.UTF8.GetBytes(rest[..next], destination[written..]);
            written += Encoding.UTF8.GetBytes(EscapeOf(rest[next]), destination[written..]);
            rest = rest[(next + 1)..];
        }

        written += Encoding.UTF8.GetBytes(rest, destination[written..]);
        destination[written++] = (byte)'"';
        return written;
    }

    public static byte[] ToBytes(string text)
    {
        var bytes = new byte[StringBytes(text)];
        Write(text, bytes);
        return bytes;
    }

    private static string EscapeOf(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\b' => "\\b",
        '\f' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        < ' ' => $"\\u{(int)c:X4}",
        _ => "",
    };
}
