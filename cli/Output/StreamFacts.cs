using System.Globalization;
using System.Text.Json;

namespace Roost.Cli.Output;

/// <summary>One stream as a person reads it.</summary>
internal static class StreamFacts
{
    public static Table Of(JsonElement stream)
    {
        var table = new Table("WHAT", "HOW IT IS");
        Add("name", JsonText.Cell(stream, "name"));
        Add("fault", JsonText.Cell(stream, "fault"));
        Add("takes no records", JsonText.Cell(stream, "refusal"));
        Add("defined by", Origin(JsonText.Cell(stream, "origin")));
        Add("id", JsonText.Cell(stream, "id"));
        Add("made", JsonText.Time(stream, "createdAt"));
        Add("records", Records(stream));
        Add("size", Size(JsonText.Cell(stream, "sizeBytes")));
        Add("oldest record", JsonText.Time(stream, "oldestAt"));
        Add("newest record", JsonText.Time(stream, "newestAt"));
        Add("dropped", JsonText.Cell(stream, "droppedRecords") is "0" ? "" : JsonText.Cell(stream, "droppedRecords"));
        Add("kept", stream.TryGetProperty("retention", out var retention) ? Retention(retention) : "");
        Add("when full", JsonText.Cell(stream, "full"));
        Add("durability", JsonText.Cell(stream, "durability"));
        Add("largest record", Size(JsonText.Cell(stream, "maxRecordBytes")));
        Add("priority", JsonText.Cell(stream, "priority"));
        Add("compression", JsonText.Cell(stream, "compression"));
        foreach (var consumer in Listing.Of(stream, "consumers"))
        {
            var fault = JsonText.Cell(consumer, "fault");
            Add($"{JsonText.Cell(consumer, "kind")} {JsonText.Cell(consumer, "name")}", $"at {JsonText.Cell(consumer, "nextOffset")}, {Count.Of(consumer, "lagRecords", "record", "records")} behind{(fault.Length > 0 ? $"; {fault}" : "")}");
        }

        return table;

        void Add(string what, string how)
        {
            if (how.Length > 0)
            {
                table.Add(what, how);
            }
        }
    }

    /// <summary>256 MiB rather than 268435456.</summary>
    public static string Size(string bytes)
    {
        if (!double.TryParse(bytes, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return bytes;
        }

        string[] units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
        var unit = 0;
        for (; number >= 1024 && unit < units.Length - 1; unit++)
        {
            number /= 1024;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{number:0.#} {units[unit]}");
    }

    private static string Origin(string origin) => origin switch
    {
        "api" => "roost stream create",
        "configuration" => "the configuration",
        "removed" => "nothing any more: it can be read and deleted",
        "system" => "the system",
        _ => origin,
    };

    private static string Records(JsonElement stream) =>
        JsonText.Cell(stream, "records") is var records && records == "0" ? "0" : $"{records}, offsets {JsonText.Cell(stream, "firstOffset")} to {stream.GetProperty("nextOffset").GetInt64() - 1}";

    private static string Retention(JsonElement retention)
    {
        var limits = new List<string>();
        if (JsonText.Cell(retention, "bytes") is { Length: > 0 } bytes)
        {
            limits.Add(Size(bytes));
        }

        if (long.TryParse(JsonText.Cell(retention, "ageSeconds"), CultureInfo.InvariantCulture, out var seconds))
        {
            limits.Add(JsonText.Duration(TimeSpan.FromSeconds(seconds)));
        }

        if (JsonText.Cell(retention, "records") is { Length: > 0 } records)
        {
            limits.Add($"{records} records");
        }

        var consumed = JsonText.Cell(retention, "consumed") == "free" ? "; what all consumers are done with goes" : "";
        return $"{(limits.Count == 0 ? "without limit" : $"at most {string.Join(", ", limits)}")}{consumed}";
    }
}
