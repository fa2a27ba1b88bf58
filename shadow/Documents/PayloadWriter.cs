using System.Buffers;
using System.Buffers.Text;
using Base64Text = System.Buffers.Text.Base64;

namespace Roost.Shadow.Documents;

/// <summary>Writes compact JSON. Knows no grammar: its few callers write well-formed documents. Not for two threads.</summary>
internal sealed class PayloadWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

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

    public void Key(string key)
    {
        Text(key);
        Raw(":"u8);
    }

    /// <summary>The characters of Base64, without quotes.</summary>
    public void Base64(ReadOnlySpan<byte> bytes)
    {
        Base64Text.EncodeToUtf8(bytes, _buffer.GetSpan(Base64Text.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out var written);
        _buffer.Advance(written);
    }

    /// <summary>A copy of what has been written; the writer is empty afterwards and keeps its buffer.</summary>
    public byte[] Take()
    {
        var bytes = _buffer.WrittenSpan.ToArray();
        _buffer.ResetWrittenCount();
        return bytes;
    }
}
