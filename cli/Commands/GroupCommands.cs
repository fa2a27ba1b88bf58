using System.CommandLine;
using Roost.Cli.Daemon;
using Roost.Cli.Output;
using Roost.Cli.Things;

namespace Roost.Cli.Commands;

/// <summary><c>roost group</c>.</summary>
internal static class GroupCommands
{
    private const string Path = "/api/v1/registry/groups";

    public static Command Create(GlobalOptions options, Terminal terminal) => new("group", "Groups of things, which policies can be attached to")
    {
        List(options, terminal),
        Make(options, terminal),
        Delete(options, terminal),
        Member("join", "Put a thing into a group", HttpMethod.Put, "is in", options, terminal),
        Member("leave", "Take a thing out of a group", HttpMethod.Delete, "is no longer in", options, terminal),
    };

    private static Command List(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("list", "All groups");
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var table = new Table("GROUP", "IN", "DESCRIPTION");
            await foreach (var group in Pages.ReadAsync(run.Daemon, Path, "groups", "list of groups", cancellationToken, "pageSize"))
            {
                if (run.Json)
                {
                    await run.WriteJsonAsync(group);
                }
                else
                {
                    table.Add(JsonText.Cell(group, "name"), JsonText.Cell(group, "parent"), JsonText.Cell(group, "description"));
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
        var name = new Argument<string>("GROUP") { Description = "1 to 128 of a-z A-Z 0-9 : _ -" };
        var parent = new Option<string?>("--parent") { Description = "The group that it is in, for ever; at most 7 deep", HelpName = "GROUP" };
        var description = new Option<string?>("--description") { Description = "For people", HelpName = "TEXT" };
        var command = new Command("create", "Make a group") { name, parent, description };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var body = JsonText.Write(json =>
            {
                json.WriteStartObject();
                json.WriteString("name", run.Get(name));
                ThingJson.WriteText(json, "parent", run.Get(parent));
                ThingJson.WriteText(json, "description", run.Get(description));
                json.WriteEndObject();
            });
            using var made = await run.Daemon.SendJsonAsync(HttpMethod.Post, Path, DaemonClient.Body(System.Text.Encoding.UTF8.GetBytes(body), "application/json"), $"group {run.Get(name)}", cancellationToken);
            await run.WriteLineAsync(run.Json ? JsonText.Compact(made.RootElement) : $"group {run.Get(name)} created; 'roost policy attach POLICY group/{run.Get(name)}' gives its things rights");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Delete(GlobalOptions options, Terminal terminal)
    {
        var name = new Argument<string>("GROUP") { Description = "Name of the group" };
        var command = new Command("delete", "Delete a group without groups in it; its things stay, and lose its rights") { name };
        CommandRun.Define(command, options, terminal, (run, cancellationToken) => ThingCommands.DeleteAsync(run, $"{Path}/{PathSegment.Encode(run.Get(name))}", "group", run.Get(name), cancellationToken));
        return command;
    }

    private static Command Member(string verb, string description, HttpMethod method, string done, GlobalOptions options, Terminal terminal)
    {
        var group = new Argument<string>("GROUP") { Description = "Name of the group" };
        var thing = new Argument<string>("THING") { Description = "Name of the thing" };
        var command = new Command(verb, description) { group, thing };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var answer = await run.Daemon.SendAsync(
                method, $"{Path}/{PathSegment.Encode(run.Get(group))}/things/{PathSegment.Encode(run.Get(thing))}", content: null, $"{verb} {run.Get(group)}", cancellationToken);
            await run.WriteLineAsync(run.Json ? "{}" : $"thing {run.Get(thing)} {done} group {run.Get(group)}");
            return ExitCode.Done;
        });
        return command;
    }
}
