using System.CommandLine;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost stream create|update|delete</c>.</summary>
internal static class StreamDefinitionCommands
{
    public static Command Make(GlobalOptions options, Terminal terminal) =>
        Define("create", "Make a stream; it is there until it is deleted, also over restarts", HttpMethod.Put, options, terminal, ("If-None-Match", "*"));

    public static Command Update(GlobalOptions options, Terminal terminal) =>
        Define("update", "Change how a stream is kept, at once; what is not named stays", HttpMethod.Patch, options, terminal);

    public static Command Delete(GlobalOptions options, Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the stream" };
        var force = new Option<bool>("--force") { Description = "Also when it is used: exports, functions and cursors of it end" };
        var command = new Command("delete", "Delete a stream with all its records") { name, force };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var stream = run.Get(name);
            var path = $"/api/v1/streams/{PathSegment.Encode(stream)}{(run.Get(force) ? "?force=true" : "")}";
            using var answer = await run.Daemon.SendAsync(HttpMethod.Delete, path, content: null, $"delete {stream}", cancellationToken);
            await run.WriteLineAsync(run.Json ? JsonText.Write(json => WriteDeleted(json, stream)) : $"stream {stream} deleted");
            return ExitCode.Done;
        });
        return command;
    }

    private static void WriteDeleted(Utf8JsonWriter json, string stream)
    {
        json.WriteStartObject();
        json.WriteString("deleted", stream);
        json.WriteEndObject();
    }

    private static Command Define(string verb, string description, HttpMethod method, GlobalOptions options, Terminal terminal, params (string Name, string Value)[] headers)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the stream: a-z, A-Z, 0-9, '_', '.' and '-'" };
        var maxBytes = Text("--max-bytes", "Most bytes on disk, or none", "256MiB|none");
        var maxAge = Text("--max-age", "Older records go, or none", "7d|none");
        var maxRecords = Text("--max-records", "Most records, or none", "N|none");
        var full = Text("--full", "When it is full", "drop-oldest|reject");
        var consumed = Text("--consumed", "What becomes of records that all exports, functions and cursors are done with", "keep|free");
        var compression = Text("--compression", "Whether full segments are compressed", "auto|always|none");
        var priority = Text("--priority", "1 (kept longest) to 9: who loses records first when all streams have what they may have", "1-9");
        var durability = Text("--durability", "What an acknowledged record survives", "power-loss|crash|memory");
        var verifyEvery = Text("--verify-every", "How often every record is read again, or none", "7d|none");
        var maxRecord = Text("--max-record", "Largest record: key, headers and payload together", "1MiB");
        var command = new Command(verb, description) { name, maxBytes, maxAge, maxRecords, consumed, full, durability, compression, verifyEvery, priority, maxRecord };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var stream = run.Get(name);
            var definition = new StreamDefinition(run.Get(maxBytes), run.Get(maxAge), run.Get(maxRecords), run.Get(consumed), run.Get(full), run.Get(durability), run.Get(compression), run.Get(verifyEvery), run.Get(priority), run.Get(maxRecord));
            using var body = DaemonClient.Body(definition.ToJson(), "application/json");
            using var response = await run.Daemon.SendAsync(method, $"/api/v1/streams/{PathSegment.Encode(stream)}", body, $"{verb} {stream}", cancellationToken, headers);
            using var shown = await DaemonClient.ReadJsonAsync(response, $"{verb} {stream}", cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(shown.RootElement);
            }
            else
            {
                run.Write(StreamFacts.Of(shown.RootElement));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Option<string?> Text(string name, string description, string form) => new(name) { Description = description, HelpName = form };
}
