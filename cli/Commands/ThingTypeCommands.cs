using System.CommandLine;
using Roost.Cli.Daemon;
using Roost.Cli.Output;
using Roost.Cli.Things;

namespace Roost.Cli.Commands;

/// <summary><c>roost thing type</c>.</summary>
internal static class ThingTypeCommands
{
    private const string Path = "/api/v1/registry/types";

    public static Command Create(GlobalOptions options, Terminal terminal) => new("type", "Types of things") { List(options, terminal), Make(options, terminal), Delete(options, terminal) };

    private static Command List(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("list", "All types");
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var table = new Table("TYPE", "DESCRIPTION");
            await foreach (var type in Pages.ReadAsync(run.Daemon, Path, "types", "list of types", cancellationToken, "pageSize"))
            {
                if (run.Json)
                {
                    await run.WriteJsonAsync(type);
                }
                else
                {
                    table.Add(JsonText.Cell(type, "name"), JsonText.Cell(type, "description"));
                }
            }

            if (!run.Json)
            {
                run.Write(table);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command Make(GlobalOptions options, Terminal terminal)
    {
        var name = new Argument<string>("TYPE") { Description = "1 to 128 of a-z A-Z 0-9 : _ -" };
        var description = new Option<string?>("--description") { Description = "For people", HelpName = "TEXT" };
        var command = new Command("create", "Make a type") { name, description };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var body = JsonText.Write(json =>
            {
                json.WriteStartObject();
                json.WriteString("name", run.Get(name));
                ThingJson.WriteText(json, "description", run.Get(description));
                json.WriteEndObject();
            });
            using var made = await run.Daemon.SendJsonAsync(HttpMethod.Post, Path, DaemonClient.Body(System.Text.Encoding.UTF8.GetBytes(body), "application/json"), $"type {run.Get(name)}", cancellationToken);
            await run.WriteLineAsync(run.Json ? JsonText.Compact(made.RootElement) : $"type {run.Get(name)} created");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Delete(GlobalOptions options, Terminal terminal)
    {
        var name = new Argument<string>("TYPE") { Description = "Name of the type" };
        var command = new Command("delete", "Delete a type that no thing is of") { name };
        CommandRun.Define(command, options, terminal, (run, cancellationToken) => ThingCommands.DeleteAsync(run, $"{Path}/{PathSegment.Encode(run.Get(name))}", "type", run.Get(name), cancellationToken));
        return command;
    }
}
