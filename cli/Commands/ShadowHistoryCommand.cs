using System.CommandLine;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost shadow history</c>: who changed what and when, newest first; one row a changed value.</summary>
internal static class ShadowHistoryCommand
{
    private const int MostAtOnce = 100; // that the daemon gives

    public static Command Create(Argument<string> thing, Option<string?> name, GlobalOptions options, Terminal terminal)
    {
        var limit = new Option<int?>("--limit") { Description = "Most changes, 20 unless told otherwise", HelpName = "N" };
        CountOption.Check(limit);
        var command = new Command("history", "Who changed what and when, newest first; with --json one line for each change") { thing, name, limit };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var table = new Table("TIME", "VERSION", "BY", "CHANGE");
            await foreach (var change in ReadAsync(run, run.Get(thing), run.Get(name), run.Get(limit) ?? 20, cancellationToken))
            {
                if (run.Json)
                {
                    await run.WriteJsonAsync(change);
                }
                else
                {
                    Add(table, change);
                }
            }

            if (!run.Json)
            {
                run.Write(table);
                if (table.Rows.Count == 0)
                {
                    await run.Terminal.Error.WriteLineAsync($"roost: the history has no change of the {ShadowCommands.What(run.Get(thing), run.Get(name))}");
                }
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async IAsyncEnumerable<JsonElement> ReadAsync(
        CommandRun run, string thing, string? name, int limit, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var named = name is null ? "" : $"&name={PathSegment.Encode(name)}";
        var before = "";
        do
        {
            using var page = await run.Daemon.GetJsonAsync(
                $"/api/v1/things/{PathSegment.Encode(thing)}/shadow/history?limit={Math.Min(limit, MostAtOnce)}{named}{before}", $"history of {thing}", cancellationToken);
            foreach (var change in Listing.Of(page.RootElement, "history"))
            {
                yield return change;
                limit--;
            }

            if (JsonText.Cell(page.RootElement, "damage") is { Length: > 0 } damage)
            {
                await run.Terminal.Error.WriteLineAsync($"roost: a part of the history is not shown: {damage}");
            }

            before = JsonText.Cell(page.RootElement, "next") is { Length: > 0 } next ? $"&before={next}" : "";
        }
        while (before.Length > 0 && limit > 0);
    }

    private static void Add(Table table, JsonElement change)
    {
        var kind = JsonText.Cell(change, "kind");
        var lines = new List<string>();
        if (kind != "updated")
        {
            lines.Add(kind);
        }

        if (change.TryGetProperty("changes", out var changes))
        {
            lines.AddRange(changes.EnumerateArray().Select(Line));
            lines.AddRange(lines.Count == 0 ? ["nothing changed"] : []);
        }
        else
        {
            lines.Add("the record before it is not kept any more");
        }

        var token = JsonText.Cell(change, "clientToken");
        var by = $"{JsonText.Cell(change, "via")} {JsonText.Cell(change, "by")}{(token.Length > 0 ? $" ({token})" : "")}".TrimEnd();
        table.Add(JsonText.Time(change, "time"), JsonText.Cell(change, "version"), by, lines[0]);
        foreach (var line in lines.Skip(1))
        {
            table.Add("", "", "", line);
        }
    }

    private static string Line(JsonElement change)
    {
        var path = string.Join('.', Listing.Of(change, "path").Select(JsonText.Cell));
        var (hasOld, hasNew) = (change.TryGetProperty("old", out var old), change.TryGetProperty("new", out var @new));
        return $"{path}: {(hasOld ? JsonText.Compact(old) : "-")} -> {(hasNew ? JsonText.Compact(@new) : "-")}";
    }
}
