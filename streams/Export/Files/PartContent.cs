using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Roost.Streams.Export.Files;

/// <summary>What is sound of a file that was being written when the daemon ended or the stick was pulled.</summary>
/// <param name="Length">Of what is sound, in bytes, from the beginning.</param>
/// <param name="Next">The offset after its last record; null where there is none.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PartContent(long Length, long? Next)
{
    private const int MaxRecordBytes = 128 * 1024 * 1024; // as large as records get, written as JSON
    private const int FixedBytes = 24;

    public static PartContent Scan(FileStream file, string extension) => extension switch
    {
        ".ndjson" => ScanLines(file),
        ".records" => ScanRecords(file),
        _ => GzipMember.Scan(file),
    };

    /// <summary>Lines as long as each is JSON with an offset above the one before.</summary>
    private static PartContent ScanLines(FileStream file)
    {
        var (sound, next) = (0L, (long?)null);
        var buffer = new byte[64 * 1024];
        var filled = 0;
        while (file.Read(buffer, filled, buffer.Length - filled) is var read and > 0)
        {
            filled += read;
            var begin = 0;
            while (buffer.AsSpan(begin, filled - begin).IndexOf((byte)'\n') is var length and >= 0)
            {
                if (OffsetOf(buffer.AsSpan(begin, length)) is not { } offset || offset < next)
                {
                    return new PartContent(sound, next);
                }

                (sound, next, begin) = (sound + length + 1, offset + 1, begin + length + 1);
            }

            buffer.AsSpan(begin, filled - begin).CopyTo(buffer);
            filled -= begin;
            if (filled == buffer.Length)
            {
                if (filled > MaxRecordBytes)
                {
                    break;
                }

                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }

        return new PartContent(sound, next);
    }

    private static long? OffsetOf(ReadOnlySpan<byte> line)
    {
        long? offset = null;
        try
        {
            var json = new Utf8JsonReader(line);
            while (json.Read())
            {
                if (json is { CurrentDepth: 1, TokenType: JsonTokenType.PropertyName } && json.ValueTextEquals("offset"u8) && json.Read())
                {
                    offset = json.GetInt64();
                }
            }

            return offset;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static PartContent ScanRecords(FileStream file)
    {
        var (sound, next) = (0L, (long?)null);
        Span<byte> header = stackalloc byte[4 + FixedBytes];
        while (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length)
        {
            var (length, offset) = (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt64BigEndian(header[4..]));
            var (key, headers) = (BinaryPrimitives.ReadInt32BigEndian(header[20..]), BinaryPrimitives.ReadInt32BigEndian(header[24..]));
            if (key < 0 || headers < 0 || length < FixedBytes + (long)key + headers || offset < (next ?? 0) || length > file.Length - sound - 4)
            {
                break;
            }

            (sound, next) = (sound + 4 + length, offset + 1);
            file.Position = sound;
        }

        return new PartContent(sound, next);
    }
}
