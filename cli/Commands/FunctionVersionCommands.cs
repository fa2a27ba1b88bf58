using System.CommandLine;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost fn versions|publish|delete</c>.</summary>
internal static class FunctionVersionCommands
{
    private const int ShownHash = 12; // characters: enough to tell versions apart; 'fn show' and --json have the whole

    public static IEnumerable<Command> Create(GlobalOptions options, Terminal terminal) => [Versions(options, terminal), Publish(options, terminal), Delete(options, terminal)];

    private static Command Versions(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var command = new Command("versions", "The versions of a function, and what share of the calls without a version or alias each gets") { name };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var (function, what) = (run.Get(name), $"versions of {run.Get(name)}");
            var versions = await LambdaRequest.ListAsync(run, function, "/versions", "Versions", what, cancellationToken);
            using var shown = await KnownFunctions.AskAsync(
                run, what, function, qualifier: null, () => run.Daemon.GetJsonAsync($"/api/v1/functions/{PathSegment.Encode(function)}", what, cancellationToken), cancellationToken);
            return await LambdaRequest.WriteAsync(
                run, versions, new Table("VERSION", "CALLS", "MODIFIED", "SIZE", "CODE", "DESCRIPTION"),
                version =>
                [
                    JsonText.Cell(version, "Version"), RolloutText.CallsOf(shown.RootElement, JsonText.Cell(version, "Version")), JsonText.Time(version, "LastModified"), JsonText.Cell(version, "CodeSize"),
                    JsonText.Cell(version, "CodeSha256") is { Length: > ShownHash } hash ? hash[..ShownHash] : JsonText.Cell(version, "CodeSha256"), JsonText.Cell(version, "Description"),
                ]);
        });
        return command;
    }

    private static Command Publish(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var description = new Option<string?>("--description") { Description = "What is new in it", HelpName = "TEXT" };
        var command = new Command("publish", "Make what runs now a version that stays as it is, and print its number") { name, description };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var (function, what) = (run.Get(name), $"publish {run.Get(name)}");
            using var body = LambdaRequest.Body(json => json.WriteString("Description", run.Get(description) ?? ""));
            using var published = await KnownFunctions.AskAsync(
                run, what, function, qualifier: null, () => run.Daemon.SendJsonAsync(HttpMethod.Post, LambdaRequest.Path(function, "/versions"), body, what, cancellationToken), cancellationToken);
            await LambdaRequest.WriteAsync(run, published, "Version");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Delete(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var version = new Option<string?>("--version") { Description = "This version only", HelpName = "N" };
        var command = new Command("delete", "Remove a function with all its versions and aliases; one from the functions' folder is removed by removing its folder") { name, version };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var (function, number) = (run.Get(name), run.Get(version));
            var what = number is null ? $"delete {function}" : $"delete version {number} of {function}";
            var path = LambdaRequest.Path(function, number is null ? "" : $"?Qualifier={PathSegment.Encode(number)}");
            if (number is not null)
            {
                // Lambda deletes a version that is not there without a word; a number that was mistyped deserves one.
                using var known = await KnownFunctions.AskAsync(run, what, function, number, () => run.Daemon.GetJsonAsync(path, what, cancellationToken), cancellationToken);
            }

            using var response = await KnownFunctions.AskAsync(
                run, what, function, number, () => run.Daemon.SendAsync(HttpMethod.Delete, path, content: null, what, cancellationToken), cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }

    private static Argument<string> Name() => new("NAME") { Description = "Name of the function" };
}
