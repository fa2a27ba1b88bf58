using System.Buffers.Binary;
using Roost.Storage.Files;

namespace Roost.Storage.Logs.Segments;

/// <summary>One record: 34 bytes of fields, then key, headers, payload. Layout: docs/formats/append-log.md.</summary>
/// <remarks>
/// The checksum covers everything but itself; it is seeded with the segment's salt, so that neither another segment's bytes nor a payload made to look like a record is ever taken for one.
/// </remarks>
internal static class RecordFormat
{
    public const int HeaderBytes = 34;

    private const int CrcAt = 4;
    private const int OffsetAt = 8;
    private const int TimestampAt = 16;
    private const int SyncedToAt = 24;
    private const int KeyLengthAt = 28;
    private const int HeadersLengthAt = 30;

    /// <summary>Everything but what only the committer knows: see <see cref="Stamp"/>.</summary>
    public static void Write(Span<byte> target, long offset, long timestampTicks, ReadOnlySpan<byte> key, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> payload)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, target.Length);
        BinaryPrimitives.WriteInt64LittleEndian(target[OffsetAt..], offset);
        BinaryPrimitives.WriteInt64LittleEndian(target[TimestampAt..], timestampTicks);
        BinaryPrimitives.WriteUInt16LittleEndian(target[KeyLengthAt..], (ushort)key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(target[HeadersLengthAt..], headers.Length);
        key.CopyTo(target[HeaderBytes..]);
        headers.CopyTo(target[(HeaderBytes + key.Length)..]);
        payload.CopyTo(target[(HeaderBytes + key.Length + headers.Length)..]);
    }

    /// <summary>Puts in how far the segment was synced when this record was written, and the checksum.</summary>
    public static void Stamp(Span<byte> record, uint syncedTo, uint salt)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(record[SyncedToAt..], syncedTo);
        BinaryPrimitives.WriteUInt32LittleEndian(record[CrcAt..], Checksum(record, salt));
    }

    public static int ReadLength(ReadOnlySpan<byte> source) => BinaryPrimitives.ReadInt32LittleEndian(source);

    public static long ReadOffset(ReadOnlySpan<byte> source) => BinaryPrimitives.ReadInt64LittleEndian(source[OffsetAt..]);

    public static long ReadTimestamp(ReadOnlySpan<byte> source) => BinaryPrimitives.ReadInt64LittleEndian(source[TimestampAt..]);

    public static uint ReadSyncedTo(ReadOnlySpan<byte> source) => BinaryPrimitives.ReadUInt32LittleEndian(source[SyncedToAt..]);

    /// <summary>Whether <paramref name="source"/> begins with a sound record; its length is then that of the record.</summary>
    public static bool IsSound(ReadOnlySpan<byte> source, uint salt)
    {
        if (source.Length < HeaderBytes)
        {
            return false;
        }

        var length = ReadLength(source);
        return length >= HeaderBytes
            && length <= source.Length
            && HeaderBytes + BinaryPrimitives.ReadUInt16LittleEndian(source[KeyLengthAt..])
                + (long)BinaryPrimitives.ReadUInt32LittleEndian(source[HeadersLengthAt..]) <= length
            && BinaryPrimitives.ReadUInt32LittleEndian(source[CrcAt..]) == Checksum(source[..length], salt);
    }

    /// <param name="source">A record that <see cref="IsSound"/>.</param>
    public static LogRecord Read(ReadOnlyMemory<byte> source)
    {
        var span = source.Span;
        int keyLength = BinaryPrimitives.ReadUInt16LittleEndian(span[KeyLengthAt..]);
        var headersLength = BinaryPrimitives.ReadInt32LittleEndian(span[HeadersLengthAt..]);
        return new LogRecord(
            ReadOffset(span),
            new DateTimeOffset(ReadTimestamp(span), TimeSpan.Zero),
            source.Slice(HeaderBytes, keyLength),
            source.Slice(HeaderBytes + keyLength, headersLength),
            source[(HeaderBytes + keyLength + headersLength)..ReadLength(span)]);
    }

    private static uint Checksum(ReadOnlySpan<byte> record, uint salt) =>
        Crc32C.Compute(Crc32C.Compute(salt, record[..CrcAt]), record[OffsetAt..]);
}
