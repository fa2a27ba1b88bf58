using System.CommandLine;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost stream show</c>: all that the daemon tells of one stream.</summary>
internal static class StreamShowCommand
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the stream" };
        var command = new Command("show", "One stream: how it is kept, what it holds, and who reads it") { name };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var shown = await run.Daemon.GetJsonAsync($"/api/v1/streams/{PathSegment.Encode(run.Get(name))}", $"show {run.Get(name)}", cancellationToken);
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
}
