using System.Text.Encodings.Web;
using System.Text.Json;

namespace Roost.Hardware.Reporting;

/// <summary>The JSON that goes to a shadow and to the topics of points, and that comes from it. What comes was written by others: anything else than expected is none.</summary>
internal static class ShadowBodies
{
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Request(string token) => Write(writer => writer.WriteString("clientToken", token));

    /// <param name="errors">By property, null to take an error out; null: the key goes as a whole; none: it is left out.</param>
    public static byte[] Reported(IEnumerable<(string Property, PointValue Value)> values, IReadOnlyDictionary<string, string?>? errors, string token) => Write(writer =>
    {
        writer.WriteStartObject("state");
        writer.WriteStartObject("reported");
        foreach (var (property, value) in values)
        {
            writer.WritePropertyName(property);
            value.WriteTo(writer);
        }

        if (errors is null)
        {
            writer.WriteNull("errors");
        }
        else if (errors.Count > 0)
        {
            writer.WriteStartObject("errors");
            foreach (var (property, error) in errors)
            {
                writer.WriteString(property, error);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteString("clientToken", token);
    });

    public static byte[] Telemetry(string thing, string property, PointValue value, DateTimeOffset at) => Write(writer =>
    {
        writer.WriteString("thing", thing);
        writer.WriteString("property", property);
        writer.WritePropertyName("value");
        value.WriteTo(writer);
        writer.WriteString("at", TimeText.Of(at));
    });

    /// <summary>The token and, of a refusal, the words of an answer.</summary>
    public static (string? Token, string? Refusal) Answer(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        try
        {
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            return (Text(root, "clientToken"), root.TryGetProperty("code", out var code) ? $"{code} {Text(root, "message")}" : null);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return default;
        }
    }

    /// <summary>The shadow in the answer to a get, or in an <c>update/documents</c>; null when it is neither.</summary>
    public static ShadowView? Read(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var state = (root.TryGetProperty("current", out var current) ? current : root).GetProperty("state");
            var reported = Members(state, "reported");
            var errors = reported.TryGetValue("errors", out var told) && told.ValueKind == JsonValueKind.Object
                ? told.EnumerateObject().ToDictionary(static error => error.Name, static error => error.Value.ValueKind == JsonValueKind.String ? error.Value.GetString()! : error.Value.GetRawText(), StringComparer.Ordinal)
                : [];
            return new ShadowView(Members(state, "desired"), reported, errors);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            return null;
        }
    }

    private static Dictionary<string, JsonElement> Members(JsonElement state, string section)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (state.TryGetProperty(section, out var all))
        {
            foreach (var member in all.EnumerateObject())
            {
                members[member.Name] = member.Value.Clone();
            }
        }

        return members;
    }

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text, _options))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return text.ToArray();
    }

    private static string? Text(JsonElement root, string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
