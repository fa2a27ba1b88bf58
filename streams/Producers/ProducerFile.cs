using System.Text.Json;
using Roost.Storage.Files;

namespace Roost.Streams.Producers;

/// <summary>The producers of a stream as they were when all records below an offset were known; what came later is in the log. Layout: docs/formats/stream-producers.md.</summary>
internal static class ProducerFile
{
    public const string FileName = "producers.json";

    private const int Version = 1;

    /// <returns>The offset from which the log tells more; null where there is no file.</returns>
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    /// <exception cref="IOException">The disk refused.</exception>
    public static long? Read(string folder, ProducerTable table)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = json.RootElement;
            if (root.GetProperty("version").GetInt32() != Version)
            {
                throw new FormatException($"its version is not {Version}");
            }

            foreach (var producer in root.GetProperty("producers").EnumerateArray().Select(Read).ToList())
            {
                table.Restore(producer);
            }

            return root.GetProperty("offset").GetInt64();
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"{path} is damaged or of a newer Roost: {exception.Message}", exception);
        }
    }

    /// <summary>Puts it into the place of the one before, whole or not at all, over any power cut.</summary>
    /// <param name="offset">The producers know all records below it.</param>
    /// <exception cref="IOException">The disk refused; the one before stands.</exception>
    public static void Write(string folder, long offset, IReadOnlyList<ProducerState> producers)
    {
        var path = Path.Combine(folder, FileName);
        using (var file = new FileStream(path + ".new", FileMode.Create, FileAccess.Write))
        {
            using (var json = new Utf8JsonWriter(file))
            {
                json.WriteStartObject();
                json.WriteNumber("version", Version);
                json.WriteNumber("offset", offset);
                json.WriteStartArray("producers");
                foreach (var producer in producers)
                {
                    Write(json, producer);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: true);
        FileSystemSync.Entries(folder);
    }

    private static ProducerState Read(JsonElement producer)
    {
        var state = new ProducerState(producer.GetProperty("id").GetString()!, producer.GetProperty("epoch").GetInt64()) { UsedAt = producer.GetProperty("usedAt").GetDateTimeOffset() };
        state.Restore(
            producer.GetProperty("next").GetInt64(),
            [.. producer.GetProperty("runs").EnumerateArray().Select(run => new ProducerRun(run[0].GetInt64(), run[1].GetInt64(), run[2].GetInt64()))]);
        return state;
    }

    private static void Write(Utf8JsonWriter json, ProducerState producer)
    {
        json.WriteStartObject();
        json.WriteString("id", producer.Name);
        json.WriteNumber("epoch", producer.Epoch);
        json.WriteNumber("next", producer.Next);
        json.WriteString("usedAt", producer.UsedAt);
        json.WriteStartArray("runs");
        foreach (var run in producer.Runs)
        {
            json.WriteStartArray();
            json.WriteNumberValue(run.Sequence);
            json.WriteNumberValue(run.Offset);
            json.WriteNumberValue(run.Count);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
