using System.Text.Json;

namespace Roost.Cli.Things;

/// <summary>Things as the daemon takes them. What is null is left out, and stays as it is.</summary>
internal static class ThingJson
{
    /// <param name="name">Null: the path has it.</param>
    public static void Write(Utf8JsonWriter json, string? name, string? type, IReadOnlyCollection<string>? groups, IReadOnlyDictionary<string, string>? attributes)
    {
        WriteText(json, "name", name);
        WriteText(json, "type", type);
        WriteTexts(json, "groups", groups is { Count: > 0 } ? groups : null);
        if (attributes is not null)
        {
            json.WriteStartObject("attributes");
            foreach (var (key, value) in attributes)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        }
    }

    public static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    public static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string>? texts)
    {
        if (texts is null)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
