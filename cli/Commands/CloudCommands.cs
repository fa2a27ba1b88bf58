using System.CommandLine;
using System.Text.Json;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost cloud status</c>: the connection to the cloud, and what the bridge carries over it.</summary>
internal static class CloudCommands
{
    public static Command Create(GlobalOptions options, Terminal terminal) => new("cloud", "The connection to the cloud") { Status(options, terminal) };

    private static Command Status(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("status", "The connection: since when, or why not and when it is tried next; and each entry of the bridge with its queue");
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var uplink = await run.Daemon.GetJsonAsync("/api/v1/uplink", "state of the connection to the cloud", cancellationToken);
            using var bridge = await run.Daemon.GetJsonAsync("/api/v1/bridge", "state of the bridge", cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(uplink.RootElement);
                foreach (var entry in Listing.Of(bridge.RootElement, "bridges"))
                {
                    await run.WriteJsonAsync(entry);
                }

                return ExitCode.Done;
            }

            await WriteUplinkAsync(run, uplink.RootElement);
            await WriteBridgesAsync(run, [.. Listing.Of(bridge.RootElement, "bridges")]);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task WriteUplinkAsync(CommandRun run, JsonElement uplink)
    {
        var (state, endpoint) = (JsonText.Cell(uplink, "state"), JsonText.Cell(uplink, "endpoint"));
        if (endpoint.Length == 0)
        {
            await run.WriteLineAsync("no cloud is configured (cloud.mqtt.host)");
            return;
        }

        var (since, away) = (JsonText.Time(uplink, "connectedSince"), JsonText.Time(uplink, "awaySince"));
        await run.WriteLineAsync(Table.OneLine($"{state}: {endpoint}{(since.Length > 0 ? $", since {since}" : away.Length > 0 ? $", away since {away}" : "")}"));
        if (JsonText.Cell(uplink, "lastError") is { Length: > 0 } error)
        {
            await run.WriteLineAsync(Table.OneLine($"last error, {JsonText.Time(uplink, "lastErrorAt")}: {error}"));
        }

        if (JsonText.Time(uplink, "nextAttemptAt") is { Length: > 0 } next)
        {
            await run.WriteLineAsync($"next attempt: {next}");
        }
    }

    private static async Task WriteBridgesAsync(CommandRun run, List<JsonElement> bridges)
    {
        if (bridges.Count == 0)
        {
            return;
        }

        var table = new Table("BRIDGE", "DIRECTION", "OUT", "IN", "QUEUED", "BYTES", "RETRIED", "DROPPED");
        foreach (var bridge in bridges)
        {
            table.Add(
                JsonText.Cell(bridge, "name"),
                JsonText.Cell(bridge, "direction"),
                JsonText.Cell(bridge, "messagesOut"),
                JsonText.Cell(bridge, "messagesIn"),
                JsonText.Cell(bridge, "queued"),
                JsonText.Cell(bridge, "queueBytes"),
                JsonText.Cell(bridge, "retried"),
                string.Join(", ", Pairs(bridge, "droppedOut").Concat(Pairs(bridge, "droppedIn")).Select(static drop => $"{JsonText.Cell(drop.Value)} {drop.Name}")));
        }

        run.Write(table);
        foreach (var bridge in bridges)
        {
            var name = JsonText.Cell(bridge, "name");
            if (JsonText.Cell(bridge, "fault") is { Length: > 0 } fault)
            {
                await run.WriteLineAsync(Table.OneLine($"{name}: {fault}"));
            }

            foreach (var refusal in Pairs(bridge, "refused"))
            {
                await run.WriteLineAsync(Table.OneLine($"{name}: {JsonText.Cell(refusal.Value)}"));
            }
        }
    }

    private static IEnumerable<JsonProperty> Pairs(JsonElement bridge, string name) =>
        bridge.TryGetProperty(name, out var pairs) && pairs.ValueKind == JsonValueKind.Object ? pairs.EnumerateObject() : Enumerable.Empty<JsonProperty>();
}
