using System.Text;

namespace Roost.Mqtt.Journal;

/// <summary>Puts the header of one record together, in memory that is used again for the next.</summary>
internal sealed class RecordBuilder
{
    /// <summary>The version of the format, in the high four bits of a record's first byte.</summary>
    public const byte Version = 4;

    private byte[] _bytes = new byte[1024];
    private int _length;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    public RecordBuilder Begin(JournalRecord record)
    {
        _length = 0;
        return AddByte((byte)((Version << 4) | (byte)record));
    }

    public RecordBuilder AddByte(byte value)
    {
        Reserve(1)[0] = value;
        _length++;
        return this;
    }

    /// <summary>Seven bits a byte, low first; one byte up to 127, ten at most.</summary>
    public RecordBuilder AddNumber(long value)
    {
        var rest = (ulong)value;
        var destination = Reserve(10);
        var count = 0;
        for (; rest >= 0x80; rest >>= 7)
        {
            destination[count++] = (byte)(rest | 0x80);
        }

        destination[count++] = (byte)rest;
        _length += count;
        return this;
    }

    /// <summary>A number, then so many bytes.</summary>
    public RecordBuilder AddBytes(ReadOnlySpan<byte> bytes)
    {
        AddNumber(bytes.Length);
        bytes.CopyTo(Reserve(bytes.Length));
        _length += bytes.Length;
        return this;
    }

    public RecordBuilder AddText(string text)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        AddNumber(bytes);
        Encoding.UTF8.GetBytes(text, Reserve(bytes));
        _length += bytes;
        return this;
    }

    private Span<byte> Reserve(int count)
    {
        if (_bytes.Length - _length < count)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        }

        return _bytes.AsSpan(_length);
    }
}
