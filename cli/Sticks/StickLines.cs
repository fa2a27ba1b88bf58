using System.IO.Compression;
using System.Text.Json;

namespace Roost.Cli.Sticks;

/// <summary>Whole lines of a packed file, many at a time, within bounds whatever is packed in it.</summary>
/// <param name="Content">Valid until the next ones are read.</param>
/// <param name="Next">The offset after the last record in them.</param>
internal readonly record struct StickLines(ReadOnlyMemory<byte> Content, long Next)
{
    private const int UsualBytes = 1024 * 1024;
    private const int MaxLineBytes = 96 * 1024 * 1024; // the largest record there may be, 64 MiB, in base64

    /// <exception cref="StickException">What is packed is not what the manifest says.</exception>
    public static IEnumerable<StickLines> Read(Stick stick, StickFile file)
    {
        var path = Path.Combine(stick.Folder, file.Name);
        using var content = RegularFile.Open(path);
        using var hash = new CountingHash(content);
        using var unpacked = new GZipStream(hash, CompressionMode.Decompress, leaveOpen: true);
        var buffer = new byte[UsualBytes];
        var (filled, all) = (0, 0L);
        while (ReadSome(unpacked, buffer, filled, path) is var read and > 0)
        {
            filled += read;
            all += read;
            if (all > file.PlainBytes)
            {
                throw new StickException($"{path} unpacks to more than the {file.PlainBytes} bytes that its manifest says");
            }

            if (filled < buffer.Length)
            {
                continue;
            }

            var end = buffer.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1;
            if (end == 0)
            {
                Array.Resize(ref buffer, buffer.Length < MaxLineBytes ? buffer.Length * 2 : throw new StickException($"{path} has a line of more than {MaxLineBytes} bytes"));
                continue;
            }

            yield return new StickLines(buffer.AsMemory(0, end), LastOffset(buffer.AsMemory(0, end), path) + 1);
            buffer.AsSpan(end, filled - end).CopyTo(buffer);
            filled -= end;
        }

        if (hash.Sha256() != file.Sha256 || all != file.PlainBytes || (filled > 0 && buffer[filled - 1] != '\n'))
        {
            throw new StickException($"{path} changed while it was read, or is not what its manifest says");
        }

        yield return new StickLines(buffer.AsMemory(0, filled), file.Next);
    }

    private static int ReadSome(GZipStream unpacked, byte[] buffer, int filled, string path)
    {
        try
        {
            return unpacked.Read(buffer, filled, buffer.Length - filled);
        }
        catch (InvalidDataException exception)
        {
            throw new StickException($"{path} cannot be unpacked ({exception.Message.TrimEnd('.')})", exception);
        }
    }

    private static long LastOffset(ReadOnlyMemory<byte> lines, string path)
    {
        try
        {
            using var json = JsonDocument.Parse(lines[(lines.Span[..^1].LastIndexOf((byte)'\n') + 1)..]);
            return json.RootElement.GetProperty("offset").GetInt64();
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new StickException($"{path} has a line that is no record ({exception.Message.TrimEnd('.')})", exception);
        }
    }
}
