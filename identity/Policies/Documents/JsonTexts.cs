using System.Text.Json;

namespace Roost.Identity.Policies.Documents;

/// <summary>A text, or a list of some, as policies have it in many places.</summary>
internal static class JsonTexts
{
    /// <returns>Empty when there is a fault.</returns>
    public static List<string> Of(JsonElement json, Action<string> fault)
    {
        var items = json.ValueKind == JsonValueKind.Array ? [.. json.EnumerateArray()] : new List<JsonElement> { json };
        if (items.Count is 0 or > PolicyLimits.MostEntries)
        {
            fault($"there are {items.Count} entries; use 1 to {PolicyLimits.MostEntries}");
            return [];
        }

        if (items.Exists(item => item.ValueKind != JsonValueKind.String))
        {
            fault("use a text, or a list of texts");
            return [];
        }

        return items.ConvertAll(item => item.GetString()!);
    }
}
