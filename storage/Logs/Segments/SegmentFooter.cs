using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Roost.Storage.Files;

namespace Roost.Storage.Logs.Segments;

/// <summary>
/// Ends a sealed segment: what it holds, and the index. Opening a log reads only headers and footers of all segments but
/// the last. Layout: docs/formats/append-log.md.
/// </summary>
internal sealed record SegmentFooter(uint RecordsEnd, long NextOffset, long FirstTimestamp, long LastTimestamp, (long Offset, uint Position)[] Index)
{
    /// <summary>In place of a record's length; a length is never negative.</summary>
    public const int Mark = unchecked((int)0xFFFF_FFFF);

    private const int FixedBytes = 40;
    private const int EntryBytes = 12;
    private const int TrailerBytes = 4;

    public int Bytes => FixedBytes + (Index.Length * EntryBytes) + TrailerBytes;

    public byte[] ToBytes(uint salt)
    {
        var bytes = new byte[Bytes];
        var span = bytes.AsSpan();
        BinaryPrimitives.WriteInt32LittleEndian(span, Mark);
        BinaryPrimitives.WriteUInt32LittleEndian(span[8..], RecordsEnd);
        BinaryPrimitives.WriteInt64LittleEndian(span[12..], NextOffset);
        BinaryPrimitives.WriteInt64LittleEndian(span[20..], FirstTimestamp);
        BinaryPrimitives.WriteInt64LittleEndian(span[28..], LastTimestamp);
        BinaryPrimitives.WriteInt32LittleEndian(span[36..], Index.Length);
        for (var entry = 0; entry < Index.Length; entry++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(span[(FixedBytes + (entry * EntryBytes))..], Index[entry].Offset);
            BinaryPrimitives.WriteUInt32LittleEndian(span[(FixedBytes + (entry * EntryBytes) + 8)..], Index[entry].Position);
        }

        BinaryPrimitives.WriteInt32LittleEndian(span[^TrailerBytes..], bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(span[4..], Crc32C.Compute(salt, span[8..]));
        return bytes;
    }

    /// <param name="source">From the footer's first byte on; more may follow.</param>
    /// <param name="position">Where in the segment that is; null where the records before it are compressed, so that their end lies elsewhere.</param>
    public static SegmentFooter? TryRead(ReadOnlySpan<byte> source, uint? position, uint salt)
    {
        if (source.Length < FixedBytes + TrailerBytes || BinaryPrimitives.ReadInt32LittleEndian(source) != Mark)
        {
            return null;
        }

        var count = BinaryPrimitives.ReadInt32LittleEndian(source[36..]);
        if (count < 0 || count > (source.Length - FixedBytes - TrailerBytes) / EntryBytes)
        {
            return null;
        }

        source = source[..(FixedBytes + (count * EntryBytes) + TrailerBytes)];
        if (BinaryPrimitives.ReadUInt32LittleEndian(source[4..]) != Crc32C.Compute(salt, source[8..])
            || (position is { } expected && BinaryPrimitives.ReadUInt32LittleEndian(source[8..]) != expected))
        {
            return null;
        }

        var index = new (long, uint)[count];
        for (var entry = 0; entry < count; entry++)
        {
            var at = source[(FixedBytes + (entry * EntryBytes))..];
            index[entry] = (BinaryPrimitives.ReadInt64LittleEndian(at), BinaryPrimitives.ReadUInt32LittleEndian(at[8..]));
        }

        return new SegmentFooter(
            BinaryPrimitives.ReadUInt32LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[20..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[28..]),
            index);
    }

    /// <summary>Reads the footer from a sealed segment's end.</summary>
    /// <returns>Null where there is no sound footer.</returns>
    public static SegmentFooter? TryReadAtEnd(SafeFileHandle file, SegmentHeader header)
    {
        // One read takes the whole footer of a segment of the default size.
        var fileBytes = RandomAccess.GetLength(file);
        var tail = new byte[(int)Math.Min(8192, fileBytes)];
        if (tail.Length < TrailerBytes || DiskFile.Read(file, tail, fileBytes - tail.Length) != tail.Length)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(tail.AsSpan()[^TrailerBytes..]);
        if (length < FixedBytes + TrailerBytes || length > fileBytes - SegmentHeader.Bytes)
        {
            return null;
        }

        if (length > tail.Length)
        {
            tail = new byte[length];
            if (DiskFile.Read(file, tail, fileBytes - length) != length)
            {
                return null;
            }
        }

        return TryRead(tail.AsSpan()[^length..], header.IsCompressed ? null : (uint)(fileBytes - length), header.Salt);
    }
}
