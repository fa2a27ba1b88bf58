using System.Text.Json;
using System.Text.Json.Serialization;

namespace Roost.LocalLambda.Output;

/// <summary>
/// The last lines of functions that print little, in a file for each, written before others push them out of the common log. So every function keeps
/// at least its newest <see cref="FunctionLog.KeptBytes"/>, however much the others print, and each line still stands once in the stream.
/// </summary>
internal sealed class QuietTails(string folder)
{
    /// <exception cref="IOException">The disk is full, or broken.</exception>
    public void Save(string function, IEnumerable<LogLine> lines)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, function);
        using (var file = File.Create(path + ".new"))
        {
            JsonSerializer.Serialize(
                file, lines.Select(line => new Kept(line.Offset!.Value, line.Time, line.Origin.Kind, line.Origin.Version, line.Origin.RequestId, line.Text)).ToList(), QuietJson.Default.ListKept);
        }

        File.Move(path + ".new", path, overwrite: true); // not synced: a power cut may cost log lines
    }

    /// <returns>Nothing where there is none, or what is there cannot be read.</returns>
    public IReadOnlyList<LogLine> Read(string function)
    {
        try
        {
            using var file = File.OpenRead(Path.Combine(folder, function));
            var kept = JsonSerializer.Deserialize(file, QuietJson.Default.ListKept) ?? [];
            return [.. kept.Select(line => new LogLine(function, line.Time, line.Text, new LogOrigin(line.Kind, line.Version, line.RequestId), line.Offset))];
        }
        catch (Exception exception) when (exception is IOException or JsonException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public void Remove(string function)
    {
        if (Directory.Exists(folder))
        {
            File.Delete(Path.Combine(folder, function));
        }
    }

    internal sealed record Kept(long Offset, DateTimeOffset Time, LogKind Kind, string Version, string? RequestId, byte[] Text);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(List<QuietTails.Kept>))]
internal sealed partial class QuietJson : JsonSerializerContext;
