using System.Buffers;
using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using Roost.Streams.Export.Batches;
using Roost.Streams.Records;

namespace Roost.Streams.Export.Formats;

/// <summary>Makes bytes of a batch; the same batch always gives the same ones. Layout: docs/formats/export-batch.md.</summary>
internal static class BatchEncoder
{
    // Lines are no part of a page: \" for each quote of a payload that is JSON itself, not \u0022, which would nearly double it.
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static EncodedBatch Encode(ExportBatch batch, BatchFormat format, BatchCompression compression)
    {
        var plain = new ArrayBufferWriter<byte>((int)Math.Min(batch.Bytes * 2, 1 << 20) + 256);
        if (format == BatchFormat.Ndjson)
        {
            using var json = new Utf8JsonWriter(plain, s_json);
            foreach (var record in batch.Records)
            {
                RecordJson.WriteLine(plain, json, record, batch.Identity.Stream);
            }
        }
        else
        {
            foreach (var record in batch.Records)
            {
                LengthPrefixedRecord.Write(plain, record);
            }
        }

        return new EncodedBatch(
            Compress(plain.WrittenMemory, compression),
            format == BatchFormat.Ndjson ? "application/x-ndjson" : "application/vnd.roost.records",
            compression switch { BatchCompression.Gzip => "gzip", BatchCompression.Brotli => "br", _ => null },
            (format == BatchFormat.Ndjson ? ".ndjson" : ".records") + compression switch { BatchCompression.Gzip => ".gz", BatchCompression.Brotli => ".br", _ => "" });
    }

    private static ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> plain, BatchCompression compression)
    {
        if (compression == BatchCompression.None)
        {
            return plain;
        }

        var packed = new MemoryStream(plain.Length / 4);
        // Fastest: on a Pi the processor is dearer than the last tenth of the bytes.
        using (Stream packing = compression == BatchCompression.Gzip
            ? new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)
            : new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            packing.Write(plain.Span);
        }

        return packed.GetBuffer().AsMemory(0, (int)packed.Length);
    }
}
