using System.CommandLine;
using System.Globalization;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost stream</c>.</summary>
internal static class StreamCommands
{
    private const int UsualCount = 10;

    public static Command Create(GlobalOptions options, Terminal terminal) => new("stream", "Streams of records")
    {
        List(options, terminal),
        StreamShowCommand.Create(options, terminal),
        StreamDefinitionCommands.Make(options, terminal),
        StreamDefinitionCommands.Update(options, terminal),
        StreamDefinitionCommands.Delete(options, terminal),
        StreamReadCommand.Create(options, terminal),
        StreamVerifyCommand.Create(options, terminal),
        StreamRepairCommand.Create(options, terminal),
        Tail(options, terminal),
        StreamAppendCommand.Create(options, terminal),
        StreamCursorCommands.Create(options, terminal),
        StreamExportCommand.Create(options, terminal),
        StreamImportCommand.Create(options, terminal),
        StreamDecryptCommand.Create(terminal),
    };

    private static Command List(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("list", "All streams, and how many records exports, functions and cursors are behind");
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var streams = await run.Daemon.GetJsonAsync("/api/v1/streams", "list of streams", cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(streams.RootElement);
                return ExitCode.Done;
            }

            var table = new Table("STREAM", "RECORDS", "FIRST", "NEXT", "SIZE", "BEHIND", "NOTE");
            foreach (var stream in Listing.Of(streams.RootElement, "streams"))
            {
                var exports = Listing.Of(stream, "exports").ToList();
                var notes = exports.Prepend(stream).Select(item => JsonText.Cell(item, "fault")).Append(JsonText.Cell(stream, "refusal")).Where(fault => fault.Length > 0);
                table.Add(
                    JsonText.Cell(stream, "name"), JsonText.Cell(stream, "records"), JsonText.Cell(stream, "firstOffset"), JsonText.Cell(stream, "nextOffset"),
                    StreamFacts.Size(JsonText.Cell(stream, "sizeBytes")), string.Join(", ", Listing.Of(stream, "consumers").Select(consumer => JsonText.Cell(consumer, "lagRecords"))), string.Join("; ", notes));
            }

            run.Write(table);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Tail(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with records as they come; Ctrl-C ends it" };
        var from = new Option<string?>("--from") { Description = "Where to begin, in place of the last records", HelpName = "OFFSET|oldest|latest" };
        var count = new Option<int?>("--count", "-n") { Description = $"So many of the last records, default {UsualCount}; with --from, so many from there", HelpName = "N" };
        CountOption.Check(count);
        from.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.Tokens[0].Value is not ("oldest" or "latest") && !long.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                result.AddError($"--from is an offset, oldest or latest, not '{result.Tokens[0].Value}'.");
            }
        });
        var command = new Command("tail", "Records of a stream") { name, follow, from, count };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            try
            {
                var records = run.Get(follow)
                    ? StreamTail.FollowAsync(run.Daemon, run.Get(name), run.Get(from), run.Get(count), UsualCount, cancellationToken)
                    : StreamTail.ReadAsync(run.Daemon, run.Get(name), run.Get(from), run.Get(count), UsualCount, cancellationToken);
                if (run is { Json: false, Terminal.IsInteractive: true })
                {
                    await run.WriteLineAsync(StreamLine.Header); // not in a pipe: there every line is a record
                }

                await foreach (var record in records)
                {
                    await run.WriteLineAsync(run.Json ? record : StreamLine.Of(run, run.Get(name), record));
                }
            }
            catch (OperationCanceledException) when (run.Get(follow))
            {
                // Ctrl-C is how following ends.
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Argument<string> Name() => new("NAME") { Description = "Name of the stream" };
}
