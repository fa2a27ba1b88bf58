using System.CommandLine;
using System.Globalization;
using Roost.Cli.Daemon;
using Roost.Cli.Output;
using Roost.Cli.Sticks;

namespace Roost.Cli.Commands;

/// <summary><c>roost stream import DIR</c>: what <c>roost stream export</c> has written elsewhere.</summary>
internal static class StreamImportCommand
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var folder = new Argument<string>("DIR") { Description = "A folder that an export made, or one with several of them" };
        var key = new Option<string[]>("--key") { Description = "A file with public keys of gateways ('roost stream export --public-key' prints one)", HelpName = "FILE" };
        var trust = new Option<bool>("--trust") { Description = "Take the stick's own word for which gateway it is from" };
        var verifyOnly = new Option<bool>("--verify-only") { Description = "Look whether everything is there and unchanged, and import nothing" };
        var into = new Option<string?>("--into") { Description = "The stream that takes the records; default: the one with the same name", HelpName = "NAME" };
        var allowGaps = new Option<bool>("--allow-gaps") { Description = "Import also where records are missing between the last import and this one" };
        var command = new Command("import", "Take records of other gateways from a stick, each once") { folder, key, trust, verifyOnly, into, allowGaps };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var path = Path.GetFullPath(run.Get(folder), terminal.Folder);
            if (!Directory.Exists(path))
            {
                throw new DaemonException($"import from {path}: the folder is not there");
            }

            using var keys = ReadKeys(run.Get(key) ?? [], terminal);
            var import = new StickImport(run.Daemon, terminal);
            var sticks = import.Check(path, keys, run.Get(trust), cancellationToken);
            var results = run.Get(verifyOnly) ? null : await import.RunAsync(sticks, run.Get(into), run.Get(allowGaps), cancellationToken);
            if (run.Json)
            {
                await run.WriteLineAsync(Json(sticks, results));
            }
            else
            {
                run.Write(results is null ? Checked(sticks) : Imported(results));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static StickKeys ReadKeys(IEnumerable<string> files, Terminal terminal)
    {
        var keys = new StickKeys();
        foreach (var file in files)
        {
            try
            {
                if (keys.Add(File.ReadAllText(Path.GetFullPath(file, terminal.Folder))) == 0)
                {
                    throw new StickException("it holds no new public key");
                }
            }
            catch (Exception exception) when (exception is StickException or IOException or UnauthorizedAccessException)
            {
                keys.Dispose();
                throw new DaemonException($"--key {file}: {exception.Message.TrimEnd('.')}", exception);
            }
        }

        return keys;
    }

    private static Table Checked(IReadOnlyList<Stick> sticks)
    {
        var table = new Table("GATEWAY", "STREAM", "FILES", "RECORDS", "FIRST", "NEXT", "FOLDER");
        foreach (var stick in sticks)
        {
            foreach (var stream in stick.Manifest.Files.GroupBy(file => file.Stream))
            {
                table.Add(stick.Manifest.Gateway, stream.Key, Number(stream.Count()), Number(stream.Sum(file => file.Records)), Number(stream.Min(file => file.First)), Number(stream.Max(file => file.Next)), stick.Folder);
            }
        }

        return table;
    }

    private static Table Imported(IReadOnlyList<StickResult> results)
    {
        var table = new Table("GATEWAY", "STREAM", "INTO", "FILES", "RECORDS", "IMPORTED", "THERE", "FIRST", "NEXT");
        foreach (var result in results)
        {
            table.Add(
                result.Gateway, result.Stream, result.Into, Number(result.Files), Number(result.Records), Number(result.Imported), Number(result.Records - result.Imported),
                Number(result.First), Number(result.Next));
        }

        return table;
    }

    private static string Json(IReadOnlyList<Stick> sticks, IReadOnlyList<StickResult>? results) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("folders");
        foreach (var stick in sticks)
        {
            json.WriteStringValue(stick.Folder);
        }

        json.WriteEndArray();
        json.WriteStartArray("streams");
        foreach (var result in results ?? [])
        {
            json.WriteStartObject();
            json.WriteString("gateway", result.Gateway);
            json.WriteString("stream", result.Stream);
            json.WriteString("into", result.Into);
            json.WriteNumber("files", result.Files);
            json.WriteNumber("records", result.Records);
            json.WriteNumber("imported", result.Imported);
            json.WriteNumber("first", result.First);
            json.WriteNumber("next", result.Next);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
