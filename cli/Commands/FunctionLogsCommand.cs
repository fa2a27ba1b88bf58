using System.CommandLine;
using System.Net;
using Roost.Cli.Daemon;
using Roost.Cli.Input;

namespace Roost.Cli.Commands;

/// <summary><c>roost fn logs</c>.</summary>
internal static class FunctionLogsCommand
{
    private const int UsualLines = 20;

    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var name = new Argument<string?>("NAME") { Description = "Name of the function; all functions without one", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => null };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with lines as they come; Ctrl-C ends it" };
        var count = new Option<int?>("--count", "-n") { Description = $"So many of the last lines, default {UsualLines}; all with --since or --request", HelpName = "N" };
        var all = new Option<bool>("--all") { Description = "Every line that the daemon keeps" };
        var since = SinceOption.Create("lines");
        var request = new Option<string?>("--request") { Description = "Only lines of this invocation", HelpName = "ID" };
        var errors = new Option<bool>("--errors") { Description = "Only failures: what the invocations that failed printed, and what is told of them" };
        CountOption.Check(count);
        var command = new Command("logs", "What functions printed: the last lines") { name, follow, count, all, since, request, errors };
        command.Validators.Add(result =>
        {
            if (result.GetResult(count) is { Implicit: false } && result.GetResult(all) is { Implicit: false })
            {
                result.AddError("Give --count or --all, not both.");
            }
        });
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var function = run.Get(name);
            var (age, id) = (run.Get(since), run.Get(request));
            int? last = run.Get(all) ? null : run.Get(count) ?? (age is null && id is null ? UsualLines : null);
            var query = new LogLinesQuery(last, age is not null && SinceOption.TryRead(age, out var from) ? from : null, id, run.Get(errors), run.Get(follow), run.Json);
            try
            {
                await foreach (var line in FunctionLines.ReadAsync(run.Daemon, function, query, cancellationToken))
                {
                    await run.WriteLineAsync(run.Json ? line : run.Text(line));
                }
            }
            catch (OperationCanceledException) when (run.Get(follow))
            {
                // Ctrl-C is how following ends.
            }
            catch (DaemonException exception) when (exception.Status == HttpStatusCode.NotFound && function is not null)
            {
                throw await KnownFunctions.ExplainAsync(exception, run.Daemon, $"logs of {function}", function, [], withAliases: true, cancellationToken);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
