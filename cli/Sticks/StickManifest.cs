using System.Text.Json;
using System.Text.RegularExpressions;

namespace Roost.Cli.Sticks;

/// <summary>What an export has: its gateway, and each of its files. Layout: docs/formats/stick.md.</summary>
/// <param name="PublicKey">In PEM. Says nothing of who it belongs to: a key that is known already does.</param>
internal sealed partial record StickManifest(string Gateway, string PublicKey, IReadOnlyList<StickFile> Files)
{
    public const string FileName = "manifest.json";
    public const string SignatureFileName = "manifest.sig";
    public const int MaxBytes = 4 * 1024 * 1024;

    private const string Format = "roost-export";
    private const int Version = 1;

    public byte[] ToJson(DateTimeOffset created)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteNumber("version", Version);
            json.WriteString("gateway", Gateway);
            json.WriteString("publicKey", PublicKey);
            json.WriteString("created", created.UtcDateTime);
            json.WriteStartArray("files");
            foreach (var file in Files)
            {
                json.WriteStartObject();
                json.WriteString("name", file.Name);
                json.WriteString("stream", file.Stream);
                json.WriteString("id", file.Id);
                json.WriteNumber("first", file.First);
                json.WriteNumber("next", file.Next);
                json.WriteNumber("records", file.Records);
                json.WriteNumber("bytes", file.Bytes);
                json.WriteNumber("plainBytes", file.PlainBytes);
                json.WriteString("sha256", file.Sha256);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <param name="json">Whatever a stick has to offer.</param>
    /// <exception cref="StickException">It is no manifest, or one that nobody makes.</exception>
    public static StickManifest Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (!root.GetProperty("format").ValueEquals(Format) || root.GetProperty("version").GetInt32() != Version)
            {
                throw new StickException("it is none of this version of Roost");
            }

            var manifest = new StickManifest(Text(root, "gateway"), Text(root, "publicKey"), [.. root.GetProperty("files").EnumerateArray().Select(File)]);
            return manifest.Files.DistinctBy(file => file.Name).Count() == manifest.Files.Count ? manifest : throw new StickException("it names a file twice");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new StickException($"it is no manifest ({exception.Message.TrimEnd('.')})", exception);
        }
    }

    private static StickFile File(JsonElement json)
    {
        var file = new StickFile(
            Text(json, "name"), Text(json, "stream"), Text(json, "id"), Number(json, "first"), Number(json, "next"),
            Number(json, "records"), Number(json, "bytes"), Number(json, "plainBytes"), Text(json, "sha256"));
        return NamePattern().IsMatch(file.Name) && StreamPattern().IsMatch(file.Stream) && IdPattern().IsMatch(file.Id) && HashPattern().IsMatch(file.Sha256)
            && file.First < file.Next && file.Records <= file.Next - file.First
            ? file
            : throw new StickException("it has a file with a name, bounds or a checksum that no export has");
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? "";

    private static long Number(JsonElement json, string name) => json.GetProperty(name).GetInt64() is var number and >= 0 ? number : throw new FormatException($"{name} is below 0");

    [GeneratedRegex(@"\A[A-Za-z0-9$_][A-Za-z0-9$_.-]{0,240}\.ndjson\.gz\z", RegexOptions.None, 1000)]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\A[A-Za-z0-9$_-][A-Za-z0-9$_.-]{0,127}\z", RegexOptions.None, 1000)]
    private static partial Regex StreamPattern();

    [GeneratedRegex(@"\A[A-Za-z0-9]{1,64}\z", RegexOptions.None, 1000)]
    private static partial Regex IdPattern();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z", RegexOptions.None, 1000)]
    private static partial Regex HashPattern();
}
