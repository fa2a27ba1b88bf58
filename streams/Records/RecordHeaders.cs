using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Roost.Mqtt;

namespace Roost.Streams.Records;

/// <summary>
/// The headers block of a stream's record: version, flags, then names and values, each with a length of two bytes, high first.
/// A record without flags and headers has no block. See docs/formats/stream-record.md.
/// </summary>
internal static class RecordHeaders
{
    public const byte Version = 1;
    public const byte KeyIsTopic = 0x01;
    public const byte PayloadIsUtf8 = 0x02;

    /// <summary>The first pair is no header: its name is the producer, its value <c>EPOCH:SEQUENCE</c>.</summary>
    public const byte HasProducer = 0x04;

    private const int FixedLength = 2;
    private const int LengthPrefix = 2;

    private static readonly byte[] s_topicOnly = [Version, KeyIsTopic];

    /// <summary>The block of an MQTT message without properties, shared: most messages need no other.</summary>
    public static ReadOnlySpan<byte> TopicOnly => s_topicOnly;

    /// <exception cref="ArgumentException">A name or value is longer than 65,535 bytes of UTF-8.</exception>
    public static byte[] Encode(ProducerSequence producer, IReadOnlyList<UserProperty>? headers) =>
        Encode(HasProducer, [new UserProperty(producer.Producer, string.Create(CultureInfo.InvariantCulture, $"{producer.Epoch}:{producer.Sequence}")), .. headers ?? []]);

    /// <exception cref="ArgumentException">A name or value is longer than 65,535 bytes of UTF-8.</exception>
    public static byte[] Encode(byte flags, IReadOnlyList<UserProperty>? headers)
    {
        if (headers is null or { Count: 0 })
        {
            return flags == 0 ? [] : [Version, flags];
        }

        var block = new ArrayBufferWriter<byte>(64);
        block.Write([Version, flags]);
        for (var i = 0; i < headers.Count; i++)
        {
            Write(block, headers[i].Name);
            Write(block, headers[i].Value);
        }

        return block.WrittenSpan.ToArray();
    }

    /// <summary>Takes the producer out of the headers of a record that has one.</summary>
    /// <returns>Null for a record that has none.</returns>
    public static ProducerSequence? TakeProducer(byte flags, ref IReadOnlyList<UserProperty> headers)
    {
        if ((flags & HasProducer) == 0 || headers.Count == 0)
        {
            return null;
        }

        var name = headers[0].Name;
        var value = headers[0].Value.AsSpan();
        headers = [.. headers.Skip(1)];
        return value.IndexOf(':') is var colon and > 0
            && long.TryParse(value[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            && long.TryParse(value[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? new ProducerSequence(name, epoch, sequence)
            : null;
    }

    /// <returns>False for a block that this version cannot read; key and payload of the record are not affected.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> block, out byte flags, out IReadOnlyList<UserProperty> headers)
    {
        flags = 0;
        headers = [];
        if (block.IsEmpty)
        {
            return true;
        }

        if (block.Length < FixedLength || block[0] != Version)
        {
            return false;
        }

        flags = block[1];
        block = block[FixedLength..];
        if (block.IsEmpty)
        {
            return true;
        }

        var list = new List<UserProperty>();
        while (!block.IsEmpty)
        {
            if (!TryRead(ref block, out var name) || !TryRead(ref block, out var value))
            {
                return false;
            }

            list.Add(new UserProperty(name, value));
        }

        headers = list;
        return true;
    }

    private static void Write(ArrayBufferWriter<byte> block, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        if (length > ushort.MaxValue)
        {
            throw new ArgumentException($"A header's name or value has {length} bytes; use at most 65,535.", nameof(text));
        }

        var span = block.GetSpan(LengthPrefix + length);
        BinaryPrimitives.WriteUInt16BigEndian(span, (ushort)length);
        Encoding.UTF8.GetBytes(text, span[LengthPrefix..]);
        block.Advance(LengthPrefix + length);
    }

    private static bool TryRead(ref ReadOnlySpan<byte> block, out string text)
    {
        text = "";
        if (block.Length < LengthPrefix)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(block);
        if (block.Length - LengthPrefix < length)
        {
            return false;
        }

        text = Encoding.UTF8.GetString(block.Slice(LengthPrefix, length));
        block = block[(LengthPrefix + length)..];
        return true;
    }
}
