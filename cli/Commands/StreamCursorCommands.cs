using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost stream cursor</c>: positions that consumers of a stream keep with it.</summary>
internal static class StreamCursorCommands
{
    public static Command Create(GlobalOptions options, Terminal terminal) => new("cursor", "Cursors: positions in a stream, by name, that outlive restarts")
    {
        List(options, terminal),
        Make(options, terminal),
        Commit(options, terminal),
        Seek(options, terminal),
        Delete(options, terminal),
    };

    private static Command List(GlobalOptions options, Terminal terminal)
    {
        var stream = Stream();
        var command = new Command("list", "The cursors of a stream, and how far each is behind") { stream };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var list = await run.Daemon.GetJsonAsync(PathOf(run.Get(stream)), $"cursors of {run.Get(stream)}", cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(list.RootElement);
                return ExitCode.Done;
            }

            var table = new Table("CURSOR", "NEXT", "BEHIND", "BYTES", "SECONDS", "MOVED");
            foreach (var cursor in Listing.Of(list.RootElement, "cursors"))
            {
                table.Add(
                    JsonText.Cell(cursor, "name"), JsonText.Cell(cursor, "nextOffset"), JsonText.Cell(cursor, "lagRecords"), JsonText.Cell(cursor, "lagBytes"),
                    JsonText.Cell(cursor, "lagSeconds"), JsonText.Time(cursor, "movedAt"));
            }

            run.Write(table);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Make(GlobalOptions options, Terminal terminal)
    {
        var (stream, cursor) = (Stream(), Cursor());
        var from = new Option<string?>("--from") { Description = "Where it begins, default oldest", HelpName = "OFFSET|TIME|oldest|latest" };
        var command = new Command("create", "Make a cursor; one that is there stays where it stands") { stream, cursor, from };
        CommandRun.Define(command, options, terminal, (run, cancellationToken) =>
            SendAsync(run, HttpMethod.Put, PathOf(run.Get(stream), run.Get(cursor)), run.Get(from) is { } place ? Body("from", place) : "{}", $"create cursor {run.Get(cursor)}", cancellationToken));
        return command;
    }

    private static Command Commit(GlobalOptions options, Terminal terminal)
    {
        var (stream, cursor) = (Stream(), Cursor());
        var next = new Argument<long>("NEXT") { Description = "The offset after the last record that is done" };
        var command = new Command("commit", "Note that the records below an offset are done; only forward") { stream, cursor, next };
        CommandRun.Define(command, options, terminal, (run, cancellationToken) =>
            SendAsync(run, HttpMethod.Post, PathOf(run.Get(stream), run.Get(cursor), "/commit"), Body("next", run.Get(next).ToString(CultureInfo.InvariantCulture)), $"commit {run.Get(cursor)}", cancellationToken));
        return command;
    }

    private static Command Seek(GlobalOptions options, Terminal terminal)
    {
        var (stream, cursor) = (Stream(), Cursor());
        var to = new Argument<string>("TO") { Description = "An offset, a time like 2026-01-31T12:00:00Z, oldest or latest" };
        var command = new Command("seek", "Put a cursor anywhere, also back") { stream, cursor, to };
        CommandRun.Define(command, options, terminal, (run, cancellationToken) =>
            SendAsync(run, HttpMethod.Post, PathOf(run.Get(stream), run.Get(cursor), "/seek"), Body("to", run.Get(to)), $"seek {run.Get(cursor)}", cancellationToken));
        return command;
    }

    private static Command Delete(GlobalOptions options, Terminal terminal)
    {
        var (stream, cursor) = (Stream(), Cursor());
        var command = new Command("delete", "Forget a cursor; what waited for it alone may go") { stream, cursor };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var name = run.Get(cursor);
            using var answer = await run.Daemon.SendAsync(HttpMethod.Delete, PathOf(run.Get(stream), name), content: null, $"delete cursor {name}", cancellationToken);
            await run.WriteLineAsync(run.Json ? JsonText.Write(json => { json.WriteStartObject(); json.WriteString("deleted", name); json.WriteEndObject(); }) : $"cursor {name} of stream {run.Get(stream)} deleted");
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Prints where the cursor stands then.</summary>
    private static async Task<int> SendAsync(CommandRun run, HttpMethod method, string path, string body, string what, CancellationToken cancellationToken)
    {
        using var content = DaemonClient.Body(System.Text.Encoding.UTF8.GetBytes(body), "application/json");
        using var cursor = await run.Daemon.SendJsonAsync(method, path, content, what, cancellationToken);
        await run.WriteLineAsync(run.Json ? JsonText.Compact(cursor.RootElement) : JsonText.Cell(cursor.RootElement, "nextOffset"));
        return ExitCode.Done;
    }

    private static string Body(string key, string value) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        if (long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            json.WriteNumber(key, number);
        }
        else
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    });

    private static string PathOf(string stream) => $"/api/v1/streams/{PathSegment.Encode(stream)}/cursors";

    private static string PathOf(string stream, string cursor, string action = "") => $"{PathOf(stream)}/{PathSegment.Encode(cursor)}{action}";

    private static Argument<string> Stream() => new("STREAM") { Description = "Name of the stream" };

    private static Argument<string> Cursor() => new("CURSOR") { Description = "Name of the cursor" };
}
