using System.CommandLine;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Input;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost shadow get|update|list|history|check</c>, over the REST paths that the AWS SDKs use.</summary>
internal static class ShadowCommands
{
    /// <summary>Things asked for at once; the most that the daemon gives.</summary>
    private const int PageSize = 1000;

    public static Command Create(GlobalOptions options, Terminal terminal) => new("shadow", "Device shadows")
    {
        Get(options, terminal),
        Update(options, terminal),
        List(options, terminal),
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
            await ShowAsync(run, run.Get(thing), shadow.RootElement);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Update(GlobalOptions options, Terminal terminal)
    {
        var (thing, name) = (Thing(), Name());
        var document = DataArgument.Create("JSON", """A state document, like {"state":{"desired":{"mode":"returning"}}}""");
        var command = new Command("update", "Change a shadow; a null removes a property") { thing, document, name };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var content = DaemonClient.Body(await DataArgument.ReadAsync(run.Get(document), terminal, cancellationToken), "application/json");
            using var accepted = await run.Daemon.SendJsonAsync(
                HttpMethod.Post, Path(run.Get(thing), run.Get(name)), content, What(run.Get(thing), run.Get(name)), cancellationToken);
            await ShowAsync(run, run.Get(thing), accepted.RootElement);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command List(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("list", "All shadows; with --json one line for each thing");
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var table = new Table("THING", "SHADOW", "VERSION", "UPDATED");
            string? token = null;
            do
            {
                var next = token is null ? "" : $"&nextToken={PathSegment.Encode(token)}";
                using var page = await run.Daemon.GetJsonAsync($"/api/v1/things?pageSize={PageSize}{next}", "list of shadows", cancellationToken);
                foreach (var thing in Listing.Of(page.RootElement, "things"))
                {
                    if (run.Json)
                    {
                        await run.WriteJsonAsync(thing);
                    }

                    foreach (var shadow in Listing.Of(thing, "shadows"))
                    {
                        table.Add(JsonText.Cell(thing, "thing"), JsonText.Cell(shadow, "name"), JsonText.Cell(shadow, "version"), JsonText.Time(shadow, "updated"));
                    }
                }

                token = JsonText.Cell(page.RootElement, "nextToken");
            }
            while (token.Length > 0);

            if (!run.Json)
            {
                run.Write(table);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task ShowAsync(CommandRun run, string thing, JsonElement document)
    {
        if (run.Json)
        {
            await run.WriteJsonAsync(document);
            return;
        }

        await run.Terminal.Out.WriteLineAsync($"{thing} version {JsonText.Cell(document, "version")}, {ShadowState.Time(document)}");
        run.Write(ShadowState.ToTable(document));
    }

    private static Argument<string> Thing() => new("THING") { Description = "Name of the thing" };

    private static Option<string?> Name() => new("--name") { Description = "A named shadow in place of the classic one", HelpName = "NAME" };

    private static string What(string thing, string? name) => name is null ? $"shadow of {thing}" : $"shadow {name} of {thing}";

    private static string Path(string thing, string? name) =>
        $"/things/{PathSegment.Encode(thing)}/shadow{(name is null ? "" : $"?name={PathSegment.Encode(name)}")}";
}
