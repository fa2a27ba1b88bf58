using System.Text.Json;

namespace Roost.Cli.Output;

/// <summary>A shadow's state as a table: one row a property, desired beside reported beside delta.</summary>
internal static class ShadowState
{
    /// <summary>Of a shadow.</summary>
    public static readonly IReadOnlyList<string> Sections = ["desired", "reported", "delta"];

    /// <summary>Of a request, and so of the answer that accepts it.</summary>
    public static readonly IReadOnlyList<string> Requested = ["desired", "reported"];

    /// <param name="sections">The columns.</param>
    public static Table ToTable(JsonElement document, IReadOnlyList<string> sections)
    {
        var rows = new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        if (document.TryGetProperty("state", out var state) && state.ValueKind == JsonValueKind.Object)
        {
            for (var column = 0; column < sections.Count; column++)
            {
                if (state.TryGetProperty(sections[column], out var section))
                {
                    AddLeaves(rows, section, "", column, sections.Count);
                }
            }
        }

        var table = new Table(["PROPERTY", .. sections.Select(section => section.ToUpperInvariant())]);
        foreach (var (path, cells) in rows)
        {
            table.Add([path, .. cells]);
        }

        return table;
    }

    /// <summary>When the document was answered, UTC; shadows count in whole seconds.</summary>
    public static string Time(JsonElement document) =>
        document.TryGetProperty("timestamp", out var timestamp) && timestamp.TryGetInt64(out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd HH:mm:ss'Z'")
            : "";

    private static void AddLeaves(SortedDictionary<string, string[]> rows, JsonElement element, string path, int column, int columns)
    {
        if (element.ValueKind == JsonValueKind.Object && element.EnumerateObject().Any())
        {
            foreach (var member in element.EnumerateObject())
            {
                AddLeaves(rows, member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}", column, columns);
            }

            return;
        }

        if (!rows.TryGetValue(path, out var cells))
        {
            cells = [.. Enumerable.Repeat("", columns)];
            rows.Add(path, cells);
        }

        cells[column] = element.ValueKind == JsonValueKind.Null ? "null" : JsonText.Cell(element);
    }
}
