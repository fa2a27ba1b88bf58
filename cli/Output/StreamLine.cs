using System.Text.Json;
using Roost.Cli.Commands;

namespace Roost.Cli.Output;

/// <summary>One record as a line: offset, time, topic or key, payload; of one in <c>$dead</c> also whence it is, and why.</summary>
internal static class StreamLine
{
    public static string Header { get; } = Columns("OFFSET", "TIME", "TOPIC OR KEY", "DATA");

    public static string Of(CommandRun run, string stream, string record)
    {
        using var json = JsonDocument.Parse(record);
        var root = json.RootElement;
        var key = root.TryGetProperty("topic", out var topic) ? JsonText.Cell(topic) : JsonText.Cell(root, "key");
        var data = root.TryGetProperty("dataBase64", out var bytes) ? $"base64:{bytes.GetString()}" : JsonText.Cell(root, "data");
        data += Refusal(stream, root);
        var (offset, time) = (JsonText.Cell(root, "offset"), JsonText.Time(root, "timestamp"));
        return run.Terminal.IsInteractive ? run.Text(Columns(offset, time, key, data)) : $"{offset}  {time}  {key}  {data}";
    }

    /// <summary>What the gateway put in front of the headers of a record that was refused; empty for all others. Headers further on are the sender's own.</summary>
    private static string Refusal(string stream, JsonElement record)
    {
        if (stream != "$dead" || !record.TryGetProperty("headers", out var headers))
        {
            return "";
        }

        var told = headers.EnumerateArray().DistinctBy(header => header[0].GetString()).ToDictionary(header => header[0].GetString()!, header => header[1].GetString()!, StringComparer.Ordinal);
        var origin = told.TryGetValue("roost-dead-stream", out var from)
            ? $"record {told.GetValueOrDefault("roost-dead-offset")} of {from}, export {told.GetValueOrDefault("roost-dead-export")}"
            : $"bridge {told.GetValueOrDefault("roost-dead-bridge")}";
        return $"  ({origin}: {told.GetValueOrDefault("roost-dead-reason")})";
    }

    /// <summary>Records come one by one, so the widths are those of what is usual.</summary>
    private static string Columns(string offset, string time, string key, string data) => $"{offset,-8}  {time,-24}  {key,-24}  {data}";
}
