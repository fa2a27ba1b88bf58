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

    /// <summary>The members of <c>state</c> in a delta, of <c>state.desired</c> in the answer to a get.</summary>
    public static Dictionary<string, JsonElement> Desired(byte[] body, bool isDelta)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var desired = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            if (document.RootElement.TryGetProperty("state", out var state) && (isDelta || state.TryGetProperty("desired", out state)))
            {
                foreach (var member in state.EnumerateObject())
                {
                    desired[member.Name] = member.Value.Clone();
                }
            }

            return desired;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    /// <summary>Of the answer to a get: properties whose errors stand in the shadow.</summary>
    public static IReadOnlyCollection<string> ErrorsIn(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.TryGetProperty("state", out var state) && state.TryGetProperty("reported", out var reported) && reported.TryGetProperty("errors", out var errors)
                ? [.. errors.EnumerateObject().Select(static member => member.Name)]
                : [];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    /// <summary>Which of the properties the shadow of an <c>update/documents</c> desires otherwise than it reports.</summary>
    public static IReadOnlyCollection<string> StillDesired(byte[] body, IEnumerable<string> properties)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var state = document.RootElement.GetProperty("current").GetProperty("state");
            return !state.TryGetProperty("desired", out var desired)
                ? []
                : [.. properties.Where(property => desired.TryGetProperty(property, out var wanted)
                    && !(state.TryGetProperty("reported", out var reported) && reported.TryGetProperty(property, out var value) && JsonElement.DeepEquals(wanted, value)))];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return [.. properties]; // nothing can be told from this
        }
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
