using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Base64Text = System.Buffers.Text.Base64;

namespace Roost.Shadow.Documents;

/// <summary>Writes compact JSON. Knows no grammar: its few callers write well-formed documents. One a thread, for one document at a time.</summary>
internal sealed class PayloadWriter
{
    private const int MostBytesKept = 256 * 1024;

    [ThreadStatic]
    private static PayloadWriter? s_ofThisThread;

    private ArrayBufferWriter<byte> _buffer = new(4096);

    private PayloadWriter()
    {
    }

    /// <summary>This thread's writer, empty: what was being written and not taken is gone.</summary>
    public static PayloadWriter Begin()
    {
        var writer = s_ofThisThread ??= new PayloadWriter();
        writer._buffer.ResetWrittenCount();
        return writer;
    }

    public void Raw(ReadOnlySpan<byte> json) => _buffer.Write(json);

    public void Comma(bool wanted)
    {
        if (wanted)
        {
            Raw(","u8);
        }
    }

    public void Number(long value)
    {
        Utf8Formatter.TryFormat(value, _buffer.GetSpan(20), out var written);
        _buffer.Advance(written);
    }

    public void Text(string text)
    {
        var bytes = JsonText.StringBytes(text);
        _buffer.Advance(JsonText.Write(text, _buffer.GetSpan(bytes)));
    }

    /// <summary>Text that needs no escapes, without quotes.</summary>
    public void Ascii(string text) => _buffer.Advance(Encoding.ASCII.GetBytes(text, _buffer.GetSpan(text.Length)));

    /// <summary>The characters of Base64, without quotes.</summary>
    public void Base64(ReadOnlySpan<byte> bytes)
    {
        Base64Text.EncodeToUtf8(bytes, _buffer.GetSpan(Base64Text.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out var written);
        _buffer.Advance(written);
    }

    /// <summary>A copy of what has been written. The writer may then be another document's.</summary>
    public byte[] Take()
    {
        var bytes = _buffer.WrittenSpan.ToArray();
        if (_buffer.Capacity > MostBytesKept)
        {
            _buffer = new(4096);
        }

        return bytes;
    }
}
