using System.Globalization;
using System.Text.Json;
using Roost.Storage;
using Roost.Storage.Files;
using Roost.Storage.Logs;

namespace Roost.Streams.Definitions;

/// <summary>
/// What a stream's folder says of it besides its records: which of all streams that ever had its name it is and, where it was made over
/// the API, how it is kept. Layout: docs/formats/stream-definition.md.
/// </summary>
/// <param name="Id">Never given twice: a position that was noted for another stream of the same name is not one of this.</param>
/// <param name="Definition">Null: the configuration defines the stream.</param>
internal sealed record StreamDocument(string Id, DateTimeOffset Created, StreamOptions? Definition)
{
    public const string FileName = "stream.json";
    private readonly string? _incarnation;

    private const int Version = 1;

    /// <summary>Under which offsets leave the gateway: as <see cref="Id"/>, until offsets are given a second time; then another that was never given either.</summary>
    public string Incarnation
    {
        get => _incarnation ?? Id;
        init => _incarnation = value;
    }

    /// <summary>Of the process that appends, or was ended while it did; null with all others, and where a power cut costs nothing that was acknowledged.</summary>
    public StreamOpening? Opening { get; init; }

    /// <summary>When the file that it was read from was made, as the file itself says; null where it does not.</summary>
    public string? Birth { get; private init; }

    /// <summary>What it was read from is a copy of the file that was written: there is, or was, another folder that gave out the same offsets.</summary>
    public bool IsCopy { get; private init; }

    public static StreamDocument New(StreamOptions? definition, TimeProvider clock) => new(NewId(), clock.GetUtcNow(), definition);

    public static string NewId() => Guid.NewGuid().ToString("N")[..16];

    /// <returns>Null where the folder has none.</returns>
    /// <exception cref="InvalidDataException">It cannot be read as one.</exception>
    /// <exception cref="IOException">The disk refused.</exception>
    public static StreamDocument? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var document = Read(json.RootElement);
            return document with { IsCopy = document.Birth is { } birth && FileBirth.Of(path) is { } actual && actual != birth };
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"{path} is damaged or of a newer Roost ({exception.Message.TrimEnd('.')}). Its records are not touched: restore the file from a backup, or move it away and define the stream anew.", exception);
        }
    }

    /// <summary>Puts it into the place of the one before, whole or not at all, over any power cut.</summary>
    /// <exception cref="IOException">The disk refused; the one before stands.</exception>
    public void Write(string folder)
    {
        var path = Path.Combine(folder, FileName);
        using (var file = new FileStream(path + ".new", FileMode.Create, FileAccess.Write))
        {
            using (var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true }))
            {
                Write(json, FileBirth.Of(path + ".new"));
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: true);
        FileSystemSync.Entries(folder);
    }

    private static StreamDocument Read(JsonElement root) => root.GetProperty("version").GetInt32() == Version
        ? new StreamDocument(
            root.GetProperty("id").GetString() is { Length: > 0 } id ? id : throw new FormatException("it has no id"),
            root.GetProperty("created").GetDateTimeOffset(),
            root.TryGetProperty("definition", out var definition) ? ReadDefinition(definition) : null)
        {
            Incarnation = root.TryGetProperty("incarnation", out var incarnation) ? incarnation.GetString()! : root.GetProperty("id").GetString()!,
            Opening = root.TryGetProperty("opening", out var opening) ? new StreamOpening(Enum.Parse<Durability>(opening.GetProperty("durability").GetString()!), opening.GetProperty("boot").GetGuid()) : null,
            Birth = root.TryGetProperty("birth", out var birth) ? birth.GetString() : null,
        }
        : throw new FormatException($"its version is not {Version.ToString(CultureInfo.InvariantCulture)}");

    private static StreamOptions ReadDefinition(JsonElement definition) => new()
    {
        Retention = new StreamRetentionOptions
        {
            Bytes = Optional(definition, "retentionBytes", static value => value.GetInt64()),
            Age = Optional(definition, "retentionAgeTicks", static value => TimeSpan.FromTicks(value.GetInt64())),
            Records = Optional(definition, "retentionRecords", static value => value.GetInt64()),
            Consumed = Optional(definition, "consumed", static value => Enum.Parse<ConsumedRecords>(value.GetString()!)),
        },
        Full = Enum.Parse<LogFullPolicy>(definition.GetProperty("full").GetString()!),
        Durability = Enum.Parse<Durability>(definition.GetProperty("durability").GetString()!),
        Compression = Optional(definition, "compression", static value => Enum.Parse<LogCompression>(value.GetString()!)) ?? new StreamOptions().Compression,
        VerifyEvery = Optional(definition, "verifyEveryTicks", static value => TimeSpan.FromTicks(value.GetInt64())),
        Priority = Optional(definition, "priority", static value => value.GetInt32()) ?? new StreamOptions().Priority,
        MaxRecordBytes = definition.GetProperty("maxRecordBytes").GetInt32(),
    };

    private static T? Optional<T>(JsonElement parent, string name, Func<JsonElement, T> read)
        where T : struct => parent.TryGetProperty(name, out var value) ? read(value) : null;

    private void Write(Utf8JsonWriter json, string? birth)
    {
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteString("id", Id);
        json.WriteString("created", Created);
        if (Incarnation != Id)
        {
            json.WriteString("incarnation", Incarnation);
        }

        if (birth is not null)
        {
            json.WriteString("birth", birth);
        }

        if (Opening is { } opening)
        {
            json.WriteStartObject("opening");
            json.WriteString("durability", opening.Durability.ToString());
            json.WriteString("boot", opening.Boot);
            json.WriteEndObject();
        }

        if (Definition is { } definition)
        {
            json.WriteStartObject("definition");
            Write(json, "retentionBytes", definition.Retention.Bytes);
            Write(json, "retentionAgeTicks", definition.Retention.Age?.Ticks);
            Write(json, "retentionRecords", definition.Retention.Records);
            if (definition.Retention.Consumed is { } consumed)
            {
                json.WriteString("consumed", consumed.ToString());
            }

            json.WriteString("full", definition.Full.ToString());
            json.WriteString("durability", definition.Durability.ToString());
            json.WriteString("compression", definition.Compression.ToString());
            Write(json, "verifyEveryTicks", definition.VerifyEvery?.Ticks);
            json.WriteNumber("priority", definition.Priority);
            json.WriteNumber("maxRecordBytes", definition.MaxRecordBytes);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }
}
