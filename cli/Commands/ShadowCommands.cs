using System.CommandLine;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Input;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost shadow get|update|delete|list|watch|history|check|sync</c>, over the REST paths that the AWS SDKs use.</summary>
internal static class ShadowCommands
{
    public static Command Create(GlobalOptions options, Terminal terminal) => new("shadow", "Device shadows")
    {
        Get(options, terminal),
        ShadowSyncCommands.Create(options, terminal),
        ShadowUpdateCommand.Create(Thing(), Name(), options, terminal),
        ShadowDeleteCommand.Create(Thing(), Name(), options, terminal),
        ShadowListCommand.Create(options, terminal),
        ShadowWatchCommand.Create(Name(), options, terminal),
        ShadowHistoryCommand.Create(Thing(), Name(), options, terminal),
        ShadowCheckCommand.Create(options, terminal),
    };

    private static Command Get(GlobalOptions options, Terminal terminal)
    {
        var (thing, name) = (Thing(), Name());
        var command = new Command("get", "What is desired of a thing, what it reported, and the difference") { thing, name };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var shadow = await run.Daemon.GetJsonAsync(Path(run.Get(thing), run.Get(name)), What(run.Get(thing), run.Get(name)), cancellationToken);
            await ShowAsync(run, run.Get(thing), "as of", shadow.RootElement, ShadowState.Sections);
            return ExitCode.Done;
        });
        return command;
    }

    /// <param name="what">What the document's time is, before it: AWS's answers have that of the answer, not of the last change.</param>
    public static async Task ShowAsync(CommandRun run, string thing, string what, JsonElement document, IReadOnlyList<string> sections)
    {
        if (run.Json)
        {
            await run.WriteJsonAsync(document);
            return;
        }

        await run.Terminal.Out.WriteLineAsync($"{thing} version {JsonText.Cell(document, "version")}, {what} {ShadowState.Time(document)}");
        run.Write(ShadowState.ToTable(document, sections));
    }

    private static Argument<string> Thing() => new("THING") { Description = "Name of the thing" };

    private static Option<string?> Name() => new("--name") { Description = "A named shadow in place of the classic one", HelpName = "NAME" };

    public static string What(string thing, string? name) => name is null ? $"shadow of {thing}" : $"shadow {name} of {thing}";

    public static string Path(string thing, string? name) =>
        $"/things/{PathSegment.Encode(thing)}/shadow{(name is null ? "" : $"?name={PathSegment.Encode(name)}")}";
}
