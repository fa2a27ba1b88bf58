using System.CommandLine;
using System.Text;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost shadow watch THING</c>: one line for each change, until Ctrl-C or <c>-n</c> changes.</summary>
internal static class ShadowWatchCommand
{
    public static Command Create(Option<string?> name, GlobalOptions options, Terminal terminal)
    {
        var things = new Argument<string>("THINGS") { Description = "Name of a thing, * for any characters; all where it is left out", Arity = ArgumentArity.ZeroOrOne };
        var count = new Option<int?>("--count", "-n") { Description = "Stop after so many changes", HelpName = "N" };
        CountOption.Check(count);
        var command = new Command("watch", "Print changes of shadows as they come; Ctrl-C ends it") { things, name, count };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            try
            {
                await PrintAsync(run, run.Optional(things) ?? "*", run.Get(name), run.Get(count) ?? int.MaxValue, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // Ctrl-C is how this command ends.
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task PrintAsync(CommandRun run, string things, string? name, int count, CancellationToken cancellationToken)
    {
        var path = $"/api/v1/shadows/events?things={PathSegment.Encode(things)}{(name is null ? "" : $"&name={PathSegment.Encode(name)}")}";
        var isReady = false; // what comes before is how things stand, and no change
        await foreach (var item in EventStream.ReadAsync(run.Daemon, path, "changes of shadows", cancellationToken))
        {
            isReady = item.EventType switch { "reset" => false, "ready" => true, _ => isReady };
            if (!isReady || item.EventType is not ("document" or "deleted"))
            {
                continue;
            }

            await run.WriteLineAsync(run.Json ? Encoding.UTF8.GetString(item.Data) : Line(run, item.EventType, item.Data));
            if (--count == 0)
            {
                return;
            }
        }
    }

    private static string Line(CommandRun run, string kind, byte[] data)
    {
        using var document = JsonDocument.Parse(data);
        var root = document.RootElement;
        var name = JsonText.Cell(root, "name") is { Length: > 0 } given ? $"~{given}" : "";
        var skipped = JsonText.Cell(root, "skipped") is { Length: > 0 } many and not "0" ? $" ({many} versions before it were passed over)" : "";
        var state = kind == "deleted" ? "deleted" : JsonText.Cell(root, "state");
        return run.Text($"{ShadowState.Time(root)}  {JsonText.Cell(root, "thing")}{name}  {JsonText.Cell(root, "version")}  {state}{skipped}");
    }
}
