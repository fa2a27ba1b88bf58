using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Roost.Mqtt;
using Roost.Streams.Export;
using Roost.Streams.Export.Batches;
using Roost.Streams.Export.Formats;

namespace Roost.Streams.Tests.Export;

public sealed class BatchEncoderTests
{
    private static readonly StreamRecord s_text = new()
    {
        Offset = 7,
        Timestamp = new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero).AddTicks(1234567),
        Key = "robots/vac-1",
        KeyIsTopic = true,
        PayloadIsUtf8 = false,
        Headers = [new UserProperty("colour", "red")],
        Payload = "{\"battery\":81}\n"u8.ToArray(),
    };

    private static readonly StreamRecord s_bytes = s_text with { Offset = 9, Key = "", KeyIsTopic = false, Headers = [], Payload = new byte[] { 0xFF, 0x00 } };

    [Test]
    public void A_line_of_JSON_says_where_its_record_is_from_and_holds_no_line_end_of_its_own()
    {
        var encoded = Encode(BatchFormat.Ndjson, BatchCompression.None);

        var lines = Encoding.UTF8.GetString(encoded.Bytes.Span).Split('\n');
        Assert.That(lines, Has.Length.EqualTo(3), "two lines, and nothing behind the last line end");
        Assert.That(lines[0], Is.EqualTo(
            """{"stream":"telemetry","offset":7,"timestamp":"2026-11-21T10:00:00.1234567Z","topic":"robots/vac-1","headers":[["colour","red"]],"data":"{\"battery\":81}\n"}"""));
        Assert.That(JsonDocument.Parse(lines[1]).RootElement.GetProperty("dataBase64").GetBytesFromBase64(), Is.EqualTo(new byte[] { 0xFF, 0x00 }));
        Assert.That((encoded.ContentType, encoded.ContentEncoding, encoded.Extension), Is.EqualTo(("application/x-ndjson", (string?)null, ".ndjson")));
    }

    [Test]
    public void A_length_prefixed_record_is_laid_out_as_its_format_page_says()
    {
        var bytes = Encode(BatchFormat.LengthPrefixed, BatchCompression.None).Bytes.Span;

        var length = BinaryPrimitives.ReadInt32BigEndian(bytes);
        Assert.That(BinaryPrimitives.ReadInt64BigEndian(bytes[4..]), Is.EqualTo(7));
        Assert.That(BinaryPrimitives.ReadInt64BigEndian(bytes[12..]), Is.EqualTo(1_795_255_200_123_456_700));
        var (key, headers) = (BinaryPrimitives.ReadInt32BigEndian(bytes[20..]), BinaryPrimitives.ReadInt32BigEndian(bytes[24..]));
        Assert.That(Encoding.UTF8.GetString(bytes.Slice(28, key)), Is.EqualTo("robots/vac-1"));
        Assert.That(bytes.Slice(28 + key, headers)[0], Is.EqualTo(1), "version of the headers block");
        Assert.That(bytes[(28 + key + headers)..(4 + length)].ToArray(), Is.EqualTo(s_text.Payload.ToArray()));
        var second = bytes[(4 + length)..];
        Assert.That(BinaryPrimitives.ReadInt32BigEndian(second), Is.EqualTo(24 + 2), "nothing but the fixed part and the payload");
        Assert.That(second[28..].ToArray(), Is.EqualTo(s_bytes.Payload.ToArray()));
    }

    [TestCase(BatchFormat.Ndjson, BatchCompression.Gzip, "gzip", ".ndjson.gz")]
    [TestCase(BatchFormat.LengthPrefixed, BatchCompression.Brotli, "br", ".records.br")]
    public void A_packed_batch_unpacks_to_the_plain_one_and_is_the_same_each_time(BatchFormat format, BatchCompression compression, string encoding, string extension)
    {
        var packed = Encode(format, compression);

        Assert.That((packed.ContentEncoding, packed.Extension), Is.EqualTo((encoding, extension)));
        Assert.That(Encode(format, compression).Bytes.ToArray(), Is.EqualTo(packed.Bytes.ToArray()));
        using var source = new MemoryStream(packed.Bytes.ToArray());
        using Stream unpacking = compression == BatchCompression.Gzip ? new GZipStream(source, CompressionMode.Decompress) : new BrotliStream(source, CompressionMode.Decompress);
        using var plain = new MemoryStream();
        unpacking.CopyTo(plain);
        Assert.That(plain.ToArray(), Is.EqualTo(Encode(format, BatchCompression.None).Bytes.ToArray()));
    }

    private static EncodedBatch Encode(BatchFormat format, BatchCompression compression) =>
        BatchEncoder.Encode(new ExportBatch(new ExportIdentity(Some.Telemetry, "s3"), 7, 10, [s_text, s_bytes]), format, compression);
}
