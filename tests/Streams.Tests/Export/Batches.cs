using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Roost.Streams.Export;
using Roost.Streams.Export.Batches;

namespace Roost.Streams.Tests.Export;

/// <summary>Batches without a stream behind them.</summary>
internal static class Batches
{
    public const string StreamId = "0123456789abcdef";

    private static readonly DateTimeOffset s_time = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    public static ExportBatch Of(long first, long next, string? text = null, string export = "file", string streamId = StreamId, string stream = "telemetry") =>
        new(new ExportIdentity(StreamName.Parse(stream), export), first, next, [.. Offsets(first, next).Select(offset => Record(offset, text))]) { StreamId = streamId };

    public static StreamRecord Record(long offset, string? text = null) => new()
    {
        Offset = offset,
        Timestamp = s_time.AddSeconds(offset),
        Key = "robots/vac-1",
        KeyIsTopic = true,
        PayloadIsUtf8 = false,
        Headers = [],
        Payload = Encoding.UTF8.GetBytes(text ?? offset.ToString(CultureInfo.InvariantCulture)),
    };

    /// <returns>The offsets of lines of JSON, packed or not.</returns>
    public static List<long> OffsetsIn(byte[] content)
    {
        using Stream source = content is [0x1F, 0x8B, ..] ? new GZipStream(new MemoryStream(content), CompressionMode.Decompress) : new MemoryStream(content);
        using var reader = new StreamReader(source);
        var offsets = new List<long>();
        while (reader.ReadLine() is { } line)
        {
            using var json = JsonDocument.Parse(line);
            offsets.Add(json.RootElement.GetProperty("offset").GetInt64());
        }

        return offsets;
    }

    public static IEnumerable<long> Offsets(long first, long next)
    {
        for (var offset = first; offset < next; offset++)
        {
            yield return offset;
        }
    }
}
