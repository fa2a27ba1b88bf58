using System.Buffers.Binary;
using System.IO.Compression;

namespace Roost.Streams.Tests.Export.Files;

/// <summary>Reads length-prefixed records as their format page has them.</summary>
internal static class BinaryRecords
{
    public static List<long> OffsetsIn(byte[] content)
    {
        using var plain = new MemoryStream();
        using (Stream source = content is [0x1F, 0x8B, ..] ? new GZipStream(new MemoryStream(content), CompressionMode.Decompress) : new MemoryStream(content))
        {
            source.CopyTo(plain);
        }

        var offsets = new List<long>();
        for (ReadOnlySpan<byte> rest = plain.ToArray(); rest.Length > 0; rest = rest[(4 + BinaryPrimitives.ReadInt32BigEndian(rest))..])
        {
            offsets.Add(BinaryPrimitives.ReadInt64BigEndian(rest[4..]));
        }

        return offsets;
    }
}
