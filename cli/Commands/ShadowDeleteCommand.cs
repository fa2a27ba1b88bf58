using System.CommandLine;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost shadow delete</c>: one shadow, also one that is damaged.</summary>
internal static class ShadowDeleteCommand
{
    public static Command Create(Argument<string> thing, Option<string?> name, GlobalOptions options, Terminal terminal)
    {
        var version = new Option<int?>("--version") { Description = "Only if it is at this version", HelpName = "N" };
        CountOption.Check(version);
        var command = new Command("delete", "Delete a shadow, also one that is damaged; where shadows are synced, the cloud's too") { thing, name, version };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var path = ShadowCommands.Path(run.Get(thing), run.Get(name));
            if (run.Get(version) is { } expected)
            {
                path += $"{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}version={expected}";
            }

            using var deleted = await run.Daemon.SendJsonAsync(HttpMethod.Delete, path, content: null, ShadowCommands.What(run.Get(thing), run.Get(name)), cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(deleted.RootElement);
            }
            else
            {
                await run.WriteLineAsync($"{ShadowCommands.What(run.Get(thing), run.Get(name))} deleted at version {JsonText.Cell(deleted.RootElement, "version")}");
            }

            return ExitCode.Done;
        });
        return command;
    }
}
