using System.Text;

namespace Roost.Mqtt.Journal;

/// <summary>Reads what <see cref="RecordBuilder"/> wrote. The log has checked the bytes: what does not fit was written by another version.</summary>
internal ref struct RecordParser
{
    private ReadOnlySpan<byte> _rest;

    /// <exception cref="InvalidDataException">Another version.</exception>
    public RecordParser(ReadOnlySpan<byte> header)
    {
        _rest = header;
        var first = ReadByte();
        Version = first >> 4;
        if (Version is < 1 or > RecordBuilder.Version)
        {
            throw new InvalidDataException(
                $"The session journal has records of version {Version}, and this Roost knows up to {RecordBuilder.Version}: a newer one wrote it. Install that version again, or move the journal's folder away to begin without sessions and retained messages.");
        }

        Record = (JournalRecord)(first & 0x0F);
    }

    public JournalRecord Record { get; }

    /// <summary>Of the format; 1 up to the present one.</summary>
    public int Version { get; }

    public readonly bool AtEnd => _rest.IsEmpty;

    public byte ReadByte()
    {
        if (_rest.IsEmpty)
        {
            throw Foreign();
        }

        var value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    public long ReadNumber()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var digit = ReadByte();
            value |= (ulong)(digit & 0x7F) << shift;
            if (digit < 0x80)
            {
                return (long)value;
            }
        }

        throw Foreign();
    }

    public int ReadCount()
    {
        var count = ReadNumber();
        return count is >= 0 and <= int.MaxValue ? (int)count : throw Foreign();
    }

    public ReadOnlySpan<byte> ReadBytes()
    {
        var length = ReadCount();
        if (length > _rest.Length)
        {
            throw Foreign();
        }

        var bytes = _rest[..length];
        _rest = _rest[length..];
        return bytes;
    }

    public string ReadText() => Encoding.UTF8.GetString(ReadBytes());

    public static InvalidDataException Foreign() => new(
        "The session journal was written by another version of Roost. Start that version, or move the journal's folder away to begin without sessions.");
}
