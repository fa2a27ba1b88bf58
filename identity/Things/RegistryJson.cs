using System.Text.Json;

namespace Roost.Identity.Things;

/// <summary>The registry as REST shows it.</summary>
internal static class RegistryJson
{
    public static void Write(Utf8JsonWriter json, ThingRecord thing)
    {
        json.WriteStartObject();
        WriteMembers(json, thing.Description, thing.DirectGroups);
        json.WriteString("createdAt", thing.CreatedAt);
        json.WriteEndObject();
    }

    public static void WriteMembers(Utf8JsonWriter json, ThingDescription thing, IReadOnlyList<string> directGroups)
    {
        json.WriteString("name", thing.Name);
        json.WriteString("type", thing.TypeName);
        json.WriteStartObject("attributes");
        foreach (var (name, value) in thing.Attributes.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        WriteTexts(json, "groups", directGroups);
        WriteTexts(json, "allGroups", thing.Groups);
        json.WriteNumber("version", thing.Version);
    }

    public static void Write(Utf8JsonWriter json, GroupRecord group)
    {
        json.WriteStartObject();
        json.WriteString("name", group.Name);
        json.WriteString("parent", group.Parent);
        json.WriteString("description", group.Description);
        json.WriteString("createdAt", group.CreatedAt);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, TypeRecord type)
    {
        json.WriteStartObject();
        json.WriteString("name", type.Name);
        json.WriteString("description", type.Description);
        json.WriteString("createdAt", type.CreatedAt);
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
