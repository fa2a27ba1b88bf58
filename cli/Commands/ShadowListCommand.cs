using System.CommandLine;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost shadow list</c>: all shadows, or those that a filter finds, with what is to be shown of them.</summary>
internal static class ShadowListCommand
{
    /// <summary>Things asked for at once; the most that the daemon gives.</summary>
    private const int PageSize = 1000;

    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var where = new Option<string?>("--where") { Description = "Only shadows of which this is true, like 'reported.battery<20 and thing like \"vac-*\"'", HelpName = "FILTER" };
        var select = new Option<string?>("--select") { Description = "Parts of their state as further columns, like reported.battery,reported.mode", HelpName = "PATHS" };
        var name = new Option<string?>("--name") { Description = "Only shadows of this name; '' for the classic ones", HelpName = "NAME" };
        var command = new Command("list", "Shadows; with --json one line for each thing") { where, select, name };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var path = $"/api/v1/things?pageSize={PageSize}{Parameter("where", run.Get(where))}{Parameter("select", run.Get(select))}{Parameter("shadow", run.Get(name))}";
            var selected = run.Get(select)?.Split(',', StringSplitOptions.TrimEntries) ?? [];
            var table = new Table(["THING", "SHADOW", "VERSION", "UPDATED", .. selected]);
            var token = "";
            do
            {
                var next = token.Length == 0 ? "" : Parameter("nextToken", token);
                using var page = await run.Daemon.GetJsonAsync(path + next, "list of shadows", cancellationToken);
                foreach (var thing in Listing.Of(page.RootElement, "things"))
                {
                    if (run.Json)
                    {
                        await run.WriteJsonAsync(thing);
                    }

                    foreach (var shadow in Listing.Of(thing, "shadows"))
                    {
                        var values = shadow.TryGetProperty("values", out var given) ? given : default;
                        table.Add([
                            JsonText.Cell(thing, "thing"), JsonText.Cell(shadow, "name"), JsonText.Cell(shadow, "version"), JsonText.Time(shadow, "updated"),
                            .. selected.Select(part => JsonText.Cell(values, part.Replace('\'', '"'))), // the daemon writes names in one kind of quotes
                        ]);
                    }
                }

                foreach (var damaged in Listing.Of(page.RootElement, "damaged"))
                {
                    await run.Terminal.Error.WriteLineAsync($"roost: shadow {JsonText.Cell(damaged)} is damaged and could not be judged; 'roost shadow check' tells more");
                }

                token = JsonText.Cell(page.RootElement, "nextToken");
            }
            while (token.Length > 0);

            if (!run.Json)
            {
                run.Write(table);
                if (table.Rows.Count == 0)
                {
                    await run.Terminal.Error.WriteLineAsync(run.Get(where) is null ? "roost: there are no shadows" : "roost: no shadow matches");
                }
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static string Parameter(string key, string? value) => value is null ? "" : $"&{key}={PathSegment.Encode(value)}";
}
