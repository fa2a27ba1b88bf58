using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost fn dlq list|show|replay|delete</c>: what a function was given and could not do.</summary>
internal static class DeadLetterCommands
{
    private const int UsualLetters = 20;

    public static Command Create(GlobalOptions options, Terminal terminal) => new("dlq", "Dead letters: events that a function could not do")
    {
        List(options, terminal),
        Show(options, terminal),
        Many("replay", "replayed", "Run events again, as if they were new; each leaves the dead letters once it is queued", HttpMethod.Post, "/replay", options, terminal),
        Many("delete", "deleted", "Delete dead letters", HttpMethod.Delete, "", options, terminal),
    };

    private static Command List(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var count = new Option<int?>("--count", "-n") { Description = $"So many of the newest, default {UsualLetters}", HelpName = "N" };
        var since = Since();
        CountOption.Check(count);
        var command = new Command("list", "A function's dead letters, newest first") { name, count, since };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var function = run.Get(name);
            using var page = await SendAsync(run, HttpMethod.Get, $"{Path(function)}?most={run.Get(count) ?? UsualLetters}{Query(run, since, '&')}", function, cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(page.RootElement);
                return ExitCode.Done;
            }

            var table = new Table("ID", "TIME", "KIND", "CONDITION", "CODE", "TRIES", "BYTES", "ERROR");
            var shown = 0;
            foreach (var letter in Listing.Of(page.RootElement, "deadLetters"))
            {
                shown++;
                table.Add(
                    JsonText.Cell(letter, "id"), JsonText.Time(letter, "time"), JsonText.Cell(letter, "kind"), JsonText.Cell(letter, "condition"),
                    JsonText.Cell(letter, "errorCode"), JsonText.Cell(letter, "attempts"), JsonText.Cell(letter, "eventBytes"), JsonText.Cell(letter, "errorMessage"));
            }

            run.Write(table);
            if (JsonText.Cell(page.RootElement, "next").Length > 0)
            {
                await run.Terminal.Error.WriteLineAsync($"roost: {shown} of {JsonText.Cell(page.RootElement, "count")} dead letters; -n shows more");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command Show(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var id = new Argument<string>("ID") { Description = "Of the dead letter, from the list" };
        var command = new Command("show", "One dead letter with its event and its error, as JSON") { name, id };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var function = run.Get(name);
            using var letter = await SendAsync(run, HttpMethod.Get, $"{Path(function)}/{PathSegment.Encode(run.Get(id))}", function, cancellationToken);
            await run.WriteJsonAsync(letter.RootElement);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Many(string verb, string done, string description, HttpMethod method, string suffix, GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var id = new Option<string?>("--id") { Description = "One letter", HelpName = "ID" };
        var all = new Option<bool>("--all") { Description = "Every letter" };
        var since = Since();
        var command = new Command(verb, description) { name, id, all, since };
        command.Validators.Add(result =>
        {
            if (new[] { result.GetResult(id) is { Implicit: false }, result.GetResult(all) is { Implicit: false }, result.GetResult(since) is { Implicit: false } }.Count(given => given) != 1)
            {
                result.AddError("Give one of --id, --all and --since.");
            }
        });
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var function = run.Get(name);
            var path = run.Get(id) is { } one ? $"{Path(function)}/{PathSegment.Encode(one)}{suffix}" : $"{Path(function)}{suffix}{Query(run, since, '?')}";
            using var answer = await SendAsync(run, method, path, function, cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(answer.RootElement);
                return ExitCode.Done;
            }

            await run.WriteLineAsync($"{JsonText.Cell(answer.RootElement, done)} {done}");
            if (JsonText.Cell(answer.RootElement, "left") is { Length: > 0 } left and not "0")
            {
                await run.Terminal.Error.WriteLineAsync($"roost: {left} are batches of streams, whose records are not in the letter; read them again from the stream");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<JsonDocument> SendAsync(CommandRun run, HttpMethod method, string path, string function, CancellationToken cancellationToken)
    {
        try
        {
            return await run.Daemon.SendJsonAsync(method, path, content: null, $"dead letters of {function}", cancellationToken);
        }
        catch (DaemonException exception) when (exception.Status == HttpStatusCode.NotFound && exception.Message.Contains("no function", StringComparison.Ordinal))
        {
            throw await KnownFunctions.ExplainAsync(exception, run.Daemon, $"dead letters of {function}", function, [], withAliases: true, cancellationToken);
        }
    }

    private static string Path(string function) => $"/api/v1/functions/{PathSegment.Encode(function)}/dead-letters";

    private static string Query(CommandRun run, Option<DateTimeOffset?> since, char separator) =>
        run.Get(since) is { } time ? $"{separator}since={time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)}" : "";

    private static Option<DateTimeOffset?> Since() => new("--since") { Description = "Only those from then on: 2026-11-21T10:00:00Z", HelpName = "TIME" };

    private static Argument<string> Name() => new("NAME") { Description = "Name of the function" };
}
