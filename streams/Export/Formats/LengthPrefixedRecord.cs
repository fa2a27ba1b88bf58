using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Roost.Streams.Records;

namespace Roost.Streams.Export.Formats;

/// <summary>A record in binary, big-endian, with its length in front. Layout: docs/formats/export-batch.md.</summary>
internal static class LengthPrefixedRecord
{
    private const int FixedBytes = 8 + 8 + 4 + 4; // offset, time, length of the key, length of the headers
    private const int PrefixBytes = 4;

    public static void Write(IBufferWriter<byte> output, in StreamRecord record)
    {
        var flags = (byte)((record.KeyIsTopic ? RecordHeaders.KeyIsTopic : 0) | (record.PayloadIsUtf8 ? RecordHeaders.PayloadIsUtf8 : 0));
        var headers = RecordHeaders.Encode(flags, record.Headers);
        var keyBytes = Encoding.UTF8.GetByteCount(record.Key);
        var length = FixedBytes + keyBytes + headers.Length + record.Payload.Length;
        var span = output.GetSpan(PrefixBytes + length);
        BinaryPrimitives.WriteInt32BigEndian(span, length);
        BinaryPrimitives.WriteInt64BigEndian(span[4..], record.Offset);
        BinaryPrimitives.WriteInt64BigEndian(span[12..], (record.Timestamp.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100);
        BinaryPrimitives.WriteInt32BigEndian(span[20..], keyBytes);
        BinaryPrimitives.WriteInt32BigEndian(span[24..], headers.Length);
        span = span[(PrefixBytes + FixedBytes)..];
        Encoding.UTF8.GetBytes(record.Key, span);
        headers.CopyTo(span[keyBytes..]);
        record.Payload.Span.CopyTo(span[(keyBytes + headers.Length)..]);
        output.Advance(PrefixBytes + length);
    }
}
