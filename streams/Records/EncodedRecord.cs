using System.Text;

namespace Roost.Streams.Records;

/// <summary>A new record in the bytes that the log takes.</summary>
internal readonly struct EncodedRecord
{
    private const int MaxKeyBytes = ushort.MaxValue;

    /// <exception cref="ArgumentException">The key, or a header's name or value, is longer than 65,535 bytes of UTF-8.</exception>
    public EncodedRecord(in NewRecord record, ProducerSequence? producer = null)
    {
        Key = Encoding.UTF8.GetBytes(record.Key ?? "");
        if (Key.Length > MaxKeyBytes)
        {
            throw new ArgumentException($"A record's key has {Key.Length} bytes; use at most 65,535.", nameof(record));
        }

        Headers = producer is { } mark ? RecordHeaders.Encode(mark, record.Headers) : RecordHeaders.Encode(record.KeyIsTopic ? RecordHeaders.KeyIsTopic : (byte)0, record.Headers);
        Payload = record.Payload;
    }

    public byte[] Key { get; }

    public byte[] Headers { get; }

    public ReadOnlyMemory<byte> Payload { get; }

    public int Length => Key.Length + Headers.Length + Payload.Length;

    /// <exception cref="RecordTooLargeException">It is.</exception>
    public void ThrowIfLargerThan(int mostBytes, StreamName stream)
    {
        if (Length > mostBytes)
        {
            throw new RecordTooLargeException(stream, Length, mostBytes);
        }
    }
}
