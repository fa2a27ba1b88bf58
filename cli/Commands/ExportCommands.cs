using System.CommandLine;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost export</c>: what carries streams to the cloud.</summary>
internal static class ExportCommands
{
    public static Command Create(GlobalOptions options, Terminal terminal) => new("export", "What carries streams to the cloud")
    {
        List(options, terminal),
        Show(options, terminal),
        Change(options, terminal, "pause", "Stop sending at the next batch, also over restarts, until it is resumed"),
        Change(options, terminal, "resume", "Go on where it was paused, whatever the configuration says"),
    };

    private static Command List(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("list", "All exports: where they go, how far they are behind, and what keeps them");
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var list = await run.Daemon.GetJsonAsync("/api/v1/exports", "list of exports", cancellationToken);
            var exports = Listing.Of(list.RootElement, "exports");
            if (run.Json)
            {
                foreach (var export in exports)
                {
                    await run.WriteLineAsync(JsonText.Compact(export));
                }

                return ExitCode.Done;
            }

            var table = new Table("STREAM", "EXPORT", "STATE", "BEHIND", "OLDEST", "SENT", "TO", "NOTE");
            foreach (var export in exports)
            {
                table.Add(
                    JsonText.Cell(export, "stream"), JsonText.Cell(export, "name"), JsonText.Cell(export, "state"), JsonText.Cell(export, "lagRecords"), JsonText.Time(export, "oldestUnsent"),
                    JsonText.Cell(export, "acknowledgedRecords"), JsonText.Cell(export, "destination"), Note(export));
            }

            run.Write(table);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Why it does not move, and what did not arrive since the daemon started: an export that gave all up looks idle otherwise.</summary>
    private static string Note(JsonElement export)
    {
        var given = new[] { ("deadRecords", "in $dead"), ("droppedRecords", "refused and dropped"), ("lostRecords", "lost to retention"), ("expiredRecords", "given up for their age") }
            .Select(count => (Records: JsonText.Cell(export, count.Item1), What: count.Item2))
            .Where(count => count.Records is not ("" or "0"))
            .Select(count => $"{count.Records} {count.What}");
        return string.Join("; ", new[] { JsonText.Cell(export, "fault"), string.Join(", ", given) }.Where(part => part.Length > 0));
    }

    private static Command Show(GlobalOptions options, Terminal terminal)
    {
        var (stream, name) = Arguments();
        var command = new Command("show", "One export, with everything that is counted of it") { stream, name };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var shown = await run.Daemon.GetJsonAsync($"/api/v1/streams/{PathSegment.Encode(run.Get(stream))}", $"show {run.Get(stream)}", cancellationToken);
            await WriteAsync(run, Find(shown.RootElement, run.Get(stream), run.Get(name)));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Change(GlobalOptions options, Terminal terminal, string verb, string description)
    {
        var (stream, name) = Arguments();
        var command = new Command(verb, description) { stream, name };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var path = $"/api/v1/streams/{PathSegment.Encode(run.Get(stream))}";
            using var shown = await run.Daemon.GetJsonAsync(path, $"show {run.Get(stream)}", cancellationToken);
            var export = JsonText.Cell(Find(shown.RootElement, run.Get(stream), run.Get(name)), "name");
            using var changed = await run.Daemon.SendJsonAsync(HttpMethod.Post, $"{path}/exports/{PathSegment.Encode(export)}/{verb}", null, $"{verb} {export}", cancellationToken);
            await WriteAsync(run, changed.RootElement);
            return ExitCode.Done;
        });
        return command;
    }

    private static (Argument<string> Stream, Argument<string?> Name) Arguments() =>
        (new("STREAM") { Description = "Name of the stream" },
        new("EXPORT") { Description = "Name of the export, where the stream has several", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => null });

    private static JsonElement Find(JsonElement stream, string streamName, string? name)
    {
        var exports = Listing.Of(stream, "exports").ToList();
        var known = string.Join(", ", exports.Select(export => JsonText.Cell(export, "name")));
        return exports switch
        {
            [] => throw new DaemonException($"Stream '{streamName}' has no export; add one under cloud.exports in the configuration."),
            [var only] when name is null => only,
            _ when name is null => throw new DaemonException($"Stream '{streamName}' has several exports: {known}; name one of them."),
            _ => exports.FirstOrDefault(export => JsonText.Cell(export, "name") == name) is { ValueKind: JsonValueKind.Object } found
                ? found
                : throw new DaemonException($"Stream '{streamName}' has no export '{name}'; it has {known}."),
        };
    }

    private static async Task WriteAsync(CommandRun run, JsonElement export)
    {
        if (run.Json)
        {
            await run.WriteJsonAsync(export);
            return;
        }

        var table = new Table("WHAT", "HOW IT IS");
        foreach (var (what, how) in new[]
        {
            ("export", JsonText.Cell(export, "name")),
            ("to", $"{JsonText.Cell(export, "to")} {JsonText.Cell(export, "destination")}"),
            ("state", JsonText.Cell(export, "state")),
            ("note", JsonText.Cell(export, "fault")),
            ("priority", JsonText.Cell(export, "priority")),
            ("done, durably, below", JsonText.Cell(export, "committedOffset")),
            ("behind", $"{JsonText.Cell(export, "lagRecords")} records, about {StreamFacts.Size(JsonText.Cell(export, "lagBytes"))}"),
            ("oldest unsent", JsonText.Time(export, "oldestUnsent")),
            ("acknowledged", $"{JsonText.Cell(export, "acknowledgedRecords")} records, {StreamFacts.Size(JsonText.Cell(export, "acknowledgedBytes"))}, in {JsonText.Cell(export, "batches")} answers"),
            ("sent again", JsonText.Cell(export, "retriedRecords")),
            ("lost to retention", JsonText.Cell(export, "lostRecords")),
            ("given up for their age", JsonText.Cell(export, "expiredRecords")),
            ("refused and dropped", JsonText.Cell(export, "droppedRecords")),
            ("refused, in $dead", JsonText.Cell(export, "deadRecords")),
        })
        {
            if (how.Length > 0)
            {
                table.Add(what, how);
            }
        }

        run.Write(table);
    }
}
