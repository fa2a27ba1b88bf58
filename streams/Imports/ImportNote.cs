using System.Text.Json;
using Roost.Storage.Files;

namespace Roost.Streams.Imports;

/// <summary>How far the import of one origin has come, in a small file that is replaced as a whole. Layout: docs/formats/stream-import.md.</summary>
/// <param name="Next">All records of the origin below it are in the stream.</param>
/// <param name="PendingFrom">Set while records are being appended: some of them may be in the stream, from this offset of the stream on.</param>
internal sealed record ImportNote(long Next, long? PendingFrom)
{
    private const int Version = 1;

    /// <returns>Null: nothing of the origin was imported.</returns>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="IOException">The disk refused.</exception>
    public static ImportNote? Read(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = json.RootElement;
            return root.GetProperty("version").GetInt32() == Version
                ? new ImportNote(root.GetProperty("next").GetInt64(), root.TryGetProperty("pendingFrom", out var pending) ? pending.GetInt64() : null)
                : throw new InvalidDataException($"{path} is of a newer Roost.");
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{path} is damaged ({exception.Message.TrimEnd('.')}). Remove it to import from this origin anew; records that are in the stream already come twice then.", exception);
        }
    }

    /// <summary>Durable when it returns.</summary>
    /// <exception cref="IOException">The disk refused; the note before stands.</exception>
    public void Write(string path, ImportOrigin origin)
    {
        using (var file = new FileStream(path + ".new", FileMode.Create, FileAccess.Write))
        {
            using (var json = new Utf8JsonWriter(file))
            {
                json.WriteStartObject();
                json.WriteNumber("version", Version);
                json.WriteString("origin", origin.Text);
                json.WriteNumber("next", Next);
                if (PendingFrom is { } pending)
                {
                    json.WriteNumber("pendingFrom", pending);
                }

                json.WriteEndObject();
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: true);
        FileSystemSync.Entries(Path.GetDirectoryName(path)!);
    }
}
