using System.CommandLine;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost fn rollout|promote|rollback NAME</c>.</summary>
internal static class RolloutCommands
{
    public static IEnumerable<Command> Create(GlobalOptions options, Terminal terminal) => [Show(options, terminal), Promote(options, terminal), RollBack(options, terminal)];

    public static Task<JsonDocument> GetAsync(CommandRun run, string function, CancellationToken cancellationToken) =>
        AskAsync(run, HttpMethod.Get, function, "rollout", $"rollout of {function}", cancellationToken);

    private static Command Show(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var command = new Command("rollout", "How the rollout of a function stands, or how the last one ended") { name };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var rollout = await GetAsync(run, run.Get(name), cancellationToken);
            await (run.Json ? run.WriteJsonAsync(rollout.RootElement) : run.WriteLineAsync(run.Text(RolloutText.Line(rollout.RootElement))));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Promote(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var command = new Command("promote", "End a rollout: the new version gets all calls") { name };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var answer = await AskAsync(run, HttpMethod.Post, run.Get(name), "rollout/promote", $"promote {run.Get(name)}", cancellationToken);
            await (run.Json ? run.WriteJsonAsync(answer.RootElement) : run.WriteLineAsync(RolloutText.Serves(answer.RootElement)));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command RollBack(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var to = new Option<string?>("--to") { Description = "Number of the version; else the one that served before", HelpName = "VERSION" };
        var command = new Command("rollback", "Make a function again what it was before: code and settings, for all calls") { name, to };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var query = run.Get(to) is { } version ? $"?to={Uri.EscapeDataString(version)}" : "";
            using var answer = await AskAsync(run, HttpMethod.Post, run.Get(name), $"rollout/rollback{query}", $"roll {run.Get(name)} back", cancellationToken);
            await (run.Json ? run.WriteJsonAsync(answer.RootElement) : run.WriteLineAsync(RolloutText.Serves(answer.RootElement)));
            return ExitCode.Done;
        });
        return command;
    }

    private static Task<JsonDocument> AskAsync(CommandRun run, HttpMethod method, string function, string path, string what, CancellationToken cancellationToken) => KnownFunctions.AskAsync(
        run, what, function, qualifier: null, () => run.Daemon.SendJsonAsync(method, $"/api/v1/functions/{PathSegment.Encode(function)}/{path}", content: null, what, cancellationToken), cancellationToken);

    private static Argument<string> Name() => new("NAME") { Description = "Name of the function" };
}
