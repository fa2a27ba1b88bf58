using System.CommandLine;
using System.Globalization;
using Roost.Cli.Daemon;
using Roost.Cli.Output;
using Roost.Cli.Sticks;

namespace Roost.Cli.Commands;

/// <summary><c>roost stream export NAME... --to DIR</c>: for sites without a connection.</summary>
internal static class StreamExportCommand
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var names = new Argument<string[]>("NAME") { Description = "The streams", Arity = ArgumentArity.ZeroOrMore };
        var to = new Option<string?>("--to") { Description = "A folder, on a stick say; the export is a folder of its own in it", HelpName = "DIR" };
        var from = new Option<string?>("--from") { Description = "Begin here; default: the oldest record", HelpName = "OFFSET|TIME|oldest" };
        var until = new Option<string?>("--until") { Description = "End before this; default: the last record", HelpName = "OFFSET|TIME" };
        var sinceLast = new Option<bool>("--since-last") { Description = "Begin where the last export with --since-last ended, and note where this one ends once all of it is on the stick" };
        var publicKey = new Option<bool>("--public-key") { Description = "Print the key that tells this gateway's exports, for 'roost stream import --key'" };
        var command = new Command("export", "Copy streams into files, with a signed list of them") { names, to, from, until, sinceLast, publicKey };
        command.Validators.Add(result =>
        {
            var isKey = result.GetValue(publicKey);
            if (isKey ? result.GetValue(names) is { Length: > 0 } || result.GetValue(to) is not null : result.GetValue(names) is not { Length: > 0 } || result.GetValue(to) is null)
            {
                result.AddError(isKey ? "--public-key stands alone." : "Name the streams, and the folder with --to.");
            }
            else if (result.GetValue(sinceLast) && (result.GetValue(from) ?? result.GetValue(until)) is not null)
            {
                result.AddError("--since-last knows where to begin and to end; leave --from and --until out.");
            }
        });
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            if (run.Get(publicKey))
            {
                await PrintKeyAsync(run, cancellationToken);
                return ExitCode.Done;
            }

            var folder = Path.GetFullPath(run.Get(to)!, terminal.Folder);
            if (!Directory.Exists(folder))
            {
                throw new DaemonException($"export to {folder}: the folder is not there; make it, or mount what it is on");
            }

            var streams = run.Get(names).Distinct(StringComparer.Ordinal).ToList();
            var (made, files) = await new StickExport(run.Daemon, terminal).RunAsync(streams, new StickRange(run.Get(from), run.Get(until), run.Get(sinceLast)), folder, cancellationToken);
            await PrintAsync(run, streams, made, files);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task PrintKeyAsync(CommandRun run, CancellationToken cancellationToken)
    {
        using var gateway = await run.Daemon.GetJsonAsync("/api/v1/gateway", "identity of the gateway", cancellationToken);
        if (run.Json)
        {
            await run.WriteJsonAsync(gateway.RootElement);
        }
        else
        {
            await run.WriteLineAsync(JsonText.Cell(gateway.RootElement, "publicKey").TrimEnd());
        }
    }

    private static async Task PrintAsync(CommandRun run, IReadOnlyList<string> streams, string? folder, IReadOnlyList<StickFile> files)
    {
        if (run.Json)
        {
            await run.WriteLineAsync(JsonText.Write(json =>
            {
                json.WriteStartObject();
                json.WriteString("folder", folder);
                json.WriteStartArray("files");
                foreach (var file in files)
                {
                    json.WriteStartObject();
                    json.WriteString("name", file.Name);
                    json.WriteString("stream", file.Stream);
                    json.WriteNumber("first", file.First);
                    json.WriteNumber("next", file.Next);
                    json.WriteNumber("records", file.Records);
                    json.WriteNumber("bytes", file.Bytes);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }));
            return;
        }

        var table = new Table("STREAM", "FILES", "RECORDS", "FIRST", "NEXT", "BYTES");
        foreach (var stream in streams)
        {
            var own = files.Where(file => file.Stream == stream).ToList();
            table.Add(stream, Number(own.Count), Number(own.Sum(file => file.Records)), own.Count > 0 ? Number(own[0].First) : "", own.Count > 0 ? Number(own[^1].Next) : "", Number(own.Sum(file => file.Bytes)));
        }

        run.Write(table);
        await run.WriteLineAsync(folder is null ? "nothing to export: no records there" : $"{folder}: complete and synced");
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
