using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Roost.Cli.Output;

/// <summary>JSON as text: one line for programs, and single values for the cells of a table.</summary>
internal static class JsonText
{
    // Letters of every language stay as they are; the output goes to terminals and pipes, not into HTML.
    private static readonly JsonWriterOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Compact(JsonElement element) => Write(element.WriteTo);

    public static string Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, s_compact))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>A value as a person reads it: text without quotes, nothing for null.</summary>
    public static string Cell(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        _ => Compact(element),
    };

    /// <summary>A time, ISO 8601, in UTC and to the millisecond, so that columns stay straight; what is no time stays as it is.</summary>
    public static string Time(JsonElement parent, string name) =>
        Cell(parent, name) is var text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)
            : text;

    /// <summary>A duration as a function.yaml has it, like 3s, in the largest unit that divides it; what is none stays as it is.</summary>
    public static string Duration(JsonElement parent, string name) =>
        Cell(parent, name) is var text && TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var duration) ? Duration(duration) : text;

    public static string Duration(TimeSpan duration)
    {
        var milliseconds = (long)duration.TotalMilliseconds;
        return milliseconds switch
        {
            _ when milliseconds % 1000 != 0 || milliseconds == 0 => $"{milliseconds}ms",
            _ when milliseconds % 3_600_000 == 0 => $"{milliseconds / 3_600_000}h",
            _ when milliseconds % 60_000 == 0 => $"{milliseconds / 60_000}m",
            _ => $"{milliseconds / 1000}s",
        };
    }

    /// <summary>The member as <see cref="Cell(JsonElement)"/>; empty where it is missing: an older daemon may not know it.</summary>
    public static string Cell(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var member) ? Cell(member) : "";
}
