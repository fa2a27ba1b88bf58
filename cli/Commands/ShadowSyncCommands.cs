using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost shadow sync status|accept-deletions|put-back</c>: where the shadows stand that are kept equal with the cloud's, and what becomes of held ones.</summary>
internal static class ShadowSyncCommands
{
    private const int PageSize = 1000;

    public static Command Create(GlobalOptions options, Terminal terminal) => new("sync", "Shadows that are kept equal with the cloud's")
    {
        Status(options, terminal),
        Decide("accept-deletions", "Shadows that are held because they are gone in the cloud: delete them here too", "to be deleted here, except those written to since they were synced", options, terminal),
        Decide("put-back", "Shadows that are held because they are gone in the cloud: make them there again", "to be made in the cloud again", options, terminal),
    };

    private static Command Status(GlobalOptions options, Terminal terminal)
    {
        var thing = new Argument<string>("THING") { Description = "Only the shadows of this thing, each with its last conflict explained", Arity = ArgumentArity.ZeroOrOne };
        var state = new Option<string?>("--state") { Description = "Only shadows in this state", HelpName = "synced|changed|unknown|syncing|failing|refused|held" };
        var command = new Command("status", "The connection, and each shadow: its state, versions, last sync, conflicts, last error and next attempt") { thing, state };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var (name, filter) = (run.Optional(thing), run.Get(state));
            var path = $"/api/v1/shadow-sync?pageSize={PageSize}{Query("thing", name)}{Query("state", filter)}";
            var table = new Table("THING", "SHADOW", "STATE", "HERE", "CLOUD", "SYNCED", "CONFLICTS", "NEXT", "ERROR");
            var conflicts = new List<JsonElement>();
            string? token = null;
            do
            {
                using var page = await run.Daemon.GetJsonAsync($"{path}{Query("nextToken", token)}", "state of the shadows' sync", cancellationToken);
                if (token is null && !run.Json)
                {
                    await WriteConnectionAsync(run, page.RootElement);
                }

                foreach (var shadow in Listing.Of(page.RootElement, "shadows"))
                {
                    if (run.Json)
                    {
                        await run.WriteJsonAsync(shadow);
                        continue;
                    }

                    Add(table, shadow);
                    if (name is not null && shadow.TryGetProperty("lastConflict", out var conflict) && conflict.ValueKind == JsonValueKind.Object)
                    {
                        conflicts.Add(shadow.Clone());
                    }
                }

                token = JsonText.Cell(page.RootElement, "nextToken");
            }
            while (token.Length > 0);

            if (!run.Json)
            {
                run.Write(table);
                if (name is not null && filter is null && table.Rows.Count == 0)
                {
                    await run.Terminal.Error.WriteLineAsync($"roost: no shadow of {name} is synced: none is there, or cloud.shadows.sync does not name it");
                }

                await WriteConflictsAsync(run, conflicts);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command Decide(string name, string description, string outcome, GlobalOptions options, Terminal terminal)
    {
        var thing = new Argument<string>("THING") { Description = "Only the shadows of this thing", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command(name, description) { thing };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var query = run.Optional(thing) is { } only ? $"?thing={PathSegment.Encode(only)}" : "";
            using var answer = await run.Daemon.SendJsonAsync(HttpMethod.Post, $"/api/v1/shadow-sync/{name}{query}", content: null, "held shadows", cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(answer.RootElement);
            }
            else
            {
                await run.WriteLineAsync($"{JsonText.Cell(answer.RootElement, "shadows")} held shadows: {outcome}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task WriteConnectionAsync(CommandRun run, JsonElement page)
    {
        var connection = page.GetProperty("connection");
        var counts = page.GetProperty("counts").EnumerateObject().Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Value.GetInt32()} {count.Name}"));
        var error = JsonText.Cell(connection, "error");
        await run.WriteLineAsync($"sync {JsonText.Cell(connection, "state")}, {JsonText.Cell(connection, "strategy")}: {string.Join(", ", counts.DefaultIfEmpty("no shadows"))}");
        if (error.Length > 0)
        {
            await run.WriteLineAsync(Table.OneLine(error));
        }
    }

    private static void Add(Table table, JsonElement shadow) => table.Add(
        JsonText.Cell(shadow, "thing"),
        JsonText.Cell(shadow, "name"),
        JsonText.Cell(shadow, "state") + (JsonText.Cell(shadow, "direction") is var direction and not "both" ? $" ({direction})" : ""),
        JsonText.Cell(shadow, "localVersion"),
        JsonText.Cell(shadow, "cloudVersion"),
        JsonText.Time(shadow, "syncedAt"),
        JsonText.Cell(shadow, "conflicts"),
        JsonText.Time(shadow, "nextAttemptAt"),
        JsonText.Cell(shadow, "lastError"));

    private static async Task WriteConflictsAsync(CommandRun run, List<JsonElement> shadows)
    {
        foreach (var shadow in shadows)
        {
            var conflict = shadow.GetProperty("lastConflict");
            var name = JsonText.Cell(shadow, "name");
            await run.WriteLineAsync("");
            await run.WriteLineAsync(Table.OneLine($"Last conflict of {JsonText.Cell(shadow, "thing")}{(name.Length > 0 ? $", shadow {name}" : "")}, {JsonText.Time(conflict, "at")}:"));
            var table = new Table("PATH", "BEFORE", "HERE", "CLOUD", "STAYS");
            foreach (var value in Listing.Of(conflict, "values"))
            {
                table.Add(JsonText.Cell(value, "path"), Value(value, "base"), Value(value, "local"), Value(value, "cloud"), JsonText.Cell(value, "winner"));
            }

            run.Write(table);
        }
    }

    private static string Value(JsonElement value, string side) => JsonText.Cell(value, side) is { Length: > 0 } text ? text : "(none)";

    private static string Query(string key, string? value) => string.IsNullOrEmpty(value) ? "" : $"&{key}={PathSegment.Encode(value)}";
}
