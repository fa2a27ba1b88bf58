using System.CommandLine;
using System.Text.Json;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost status</c>: how the daemon and each of its rooms are, one row a room; every figure is in <c>--json</c>.</summary>
internal static class StatusCommand
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("status", "How the daemon and its rooms are");
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var status = await run.Daemon.GetJsonAsync("/api/v1/status", "status", cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(status.RootElement);
                return ExitCode.Done;
            }

            run.Write(Rooms(status.RootElement));
            return ExitCode.Done;
        });
        return command;
    }

    private static Table Rooms(JsonElement status)
    {
        var table = new Table("ROOM", "HOW IT IS");
        table.Add("roostd", Join(
            JsonText.Cell(status, "health"),
            $"version {JsonText.Cell(status, "version")}",
            $"for {Duration(status)}",
            $"data in {JsonText.Cell(status, "dataFolder")}",
            $"acknowledged means kept through: {JsonText.Cell(status, "durability")}"));
        foreach (var listener in Items(status, "listeners"))
        {
            table.Add(JsonText.Cell(listener, "protocol"), $"listens on {JsonText.Cell(listener, "address")}{(JsonText.Cell(listener, "name") is { Length: > 0 } name ? $" ({name})" : "")}");
        }

        table.Add("broker", Counts(status, "mqtt", "clients", "sessions", "subscriptions", "retained", "queued", "received", "delivered", "dropped"));
        table.Add("shadows", Join(Count.Of(status, "shadows", "shadow", "shadows"), Count.Of(status, "things", "thing", "things"), JsonText.Cell(status, "damagedShadows") is { Length: > 0 } damaged and not "0" ? $"{damaged} damaged" : ""));
        table.Add("functions", Join(Counts(status, "functions", "count", "failed", "workers", "queued", "retrying", "errors"), DeadLetters(status), $"isolation {JsonText.Cell(status, "isolation")}"));
        table.Add("streams", Counts(status, "streams", "count", "records", "bytes"));
        table.Add("disk", DiskText.Of(Member(status, "disk")));
        table.Add("routes", JsonText.Cell(status, "routes"));
        table.Add("cloud", Cloud(status));
        foreach (var problem in Items(status, "problems"))
        {
            table.Add("problem", JsonText.Cell(problem));
        }

        return table;
    }

    private static string DeadLetters(JsonElement status) =>
        JsonText.Cell(Member(status, "functions"), "deadLetters") is { Length: > 0 } letters && letters != "0" ? $"{letters} dead {(letters == "1" ? "letter" : "letters")}" : "";

    private static string Cloud(JsonElement status)
    {
        var uplink = Member(status, "uplink");
        var bridge = Member(status, "bridge");
        var queue = JsonText.Cell(bridge, "entries") is { Length: > 0 } entries && entries != "0" ? $"{Count.Of(bridge, "queued", "message waits", "messages wait")} in the bridge" : "";
        return Join($"{JsonText.Cell(uplink, "state")} {JsonText.Cell(uplink, "endpoint")}".Trim(), JsonText.Cell(uplink, "state") == "connected" ? "" : JsonText.Cell(uplink, "lastError"), queue); // what has passed is in the log
    }

    private static string Counts(JsonElement status, string room, params string[] names) =>
        Join([.. names.Select(name => (name, Count: JsonText.Cell(Member(status, room), name)))
            .Where(pair => pair.Count.Length > 0)
            .Select(pair => Words(pair.Count, pair.name == "count" ? room : pair.name))]);

    /// <summary>1 stream, 2 streams, 1 queued: all of these nouns get an s, and no other word ends with one.</summary>
    private static string Words(string count, string name) => $"{count} {(count == "1" ? name.TrimEnd('s') : name)}";

    private static string Duration(JsonElement status) =>
        Member(status, "uptimeSeconds") is { ValueKind: JsonValueKind.Number } seconds && seconds.TryGetInt64(out var total)
            ? TimeSpan.FromSeconds(total).ToString(total < 86_400 ? @"h\:mm\:ss" : @"d\d\ h\:mm\:ss")
            : "";

    private static JsonElement Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var member) ? member : default;

    private static IEnumerable<JsonElement> Items(JsonElement parent, string name) =>
        Member(parent, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : Enumerable.Empty<JsonElement>();

    private static string Join(params string[] facts) => string.Join(", ", facts.Where(fact => fact.Length > 0));
}
