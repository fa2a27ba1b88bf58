using System.Text.Json;
using Roost.Cli.Commands;

namespace Roost.Cli.Output;

/// <summary>One record as a line: offset, time, topic or key, payload.</summary>
internal static class StreamLine
{
    public static string Header { get; } = Columns("OFFSET", "TIME", "TOPIC OR KEY", "DATA");

    public static string Of(CommandRun run, string record)
    {
        using var json = JsonDocument.Parse(record);
        var root = json.RootElement;
        var key = root.TryGetProperty("topic", out var topic) ? JsonText.Cell(topic) : JsonText.Cell(root, "key");
        var data = root.TryGetProperty("dataBase64", out var bytes) ? $"base64:{bytes.GetString()}" : JsonText.Cell(root, "data");
        var (offset, time) = (JsonText.Cell(root, "offset"), JsonText.Time(root, "timestamp"));
        return run.Terminal.IsInteractive ? run.Text(Columns(offset, time, key, data)) : $"{offset}  {time}  {key}  {data}";
    }

    /// <summary>Records come one by one, so the widths are those of what is usual.</summary>
    private static string Columns(string offset, string time, string key, string data) => $"{offset,-8}  {time,-24}  {key,-24}  {data}";
}
