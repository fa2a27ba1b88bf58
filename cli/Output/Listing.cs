using System.Text.Json;

namespace Roost.Cli.Output;

/// <summary>The items of a listing: the array under a known name.</summary>
internal static class Listing
{
    public static IEnumerable<JsonElement> Of(JsonElement document, string name) =>
        document.ValueKind == JsonValueKind.Object && document.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array
            ? items.EnumerateArray()
            : [];
}
