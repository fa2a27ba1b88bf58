using System.CommandLine;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;
using Roost.Cli.Things;

namespace Roost.Cli.Commands;

/// <summary><c>roost thing</c>.</summary>
internal static class ThingCommands
{
    private const string Path = "/api/v1/registry/things";

    public static Command Create(GlobalOptions options, Terminal terminal) => new("thing", "Things: robots and other devices that may connect")
    {
        ThingAddCommand.Create(options, terminal),
        ThingImportCommand.Create(options, terminal),
        List(options, terminal),
        Show(options, terminal),
        Update(options, terminal),
        Delete(options, terminal),
        ThingTypeCommands.Create(options, terminal),
    };

    private static Command List(GlobalOptions options, Terminal terminal)
    {
        var type = new Option<string?>("--type") { Description = "Of this type", HelpName = "TYPE" };
        var group = new Option<string?>("--group") { Description = "In this group, or in one that is in it", HelpName = "GROUP" };
        var attribute = new Option<string?>("--attribute") { Description = "With this attribute", HelpName = "NAME=VALUE" };
        var command = new Command("list", "All things") { type, group, attribute };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var query = string.Join('&', new[] { ("type", run.Get(type)), ("group", run.Get(group)), ("attribute", run.Get(attribute)) }
                .Where(static pair => pair.Item2 is not null).Select(static pair => $"{pair.Item1}={Uri.EscapeDataString(pair.Item2!)}"));
            var table = new Table("THING", "TYPE", "GROUPS", "ATTRIBUTES");
            await foreach (var thing in Pages.ReadAsync(run.Daemon, query.Length == 0 ? Path : $"{Path}?{query}", "things", "list of things", cancellationToken, "pageSize"))
            {
                if (run.Json)
                {
                    await run.WriteJsonAsync(thing);
                }
                else
                {
                    table.Add(JsonText.Cell(thing, "name"), JsonText.Cell(thing, "type"), Texts(thing, "groups"), Attributes(thing));
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

    private static Command Show(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var command = new Command("show", "A thing with its certificates, and the policies that hold for it") { name };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var thing = await run.Daemon.GetJsonAsync($"{Path}/{PathSegment.Encode(run.Get(name))}", $"thing {run.Get(name)}", cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(thing.RootElement);
                return ExitCode.Done;
            }

            var facts = new Table("THING", JsonText.Cell(thing.RootElement, "name"));
            facts.Add("type", JsonText.Cell(thing.RootElement, "type"));
            facts.Add("groups", Texts(thing.RootElement, "groups"));
            facts.Add("and by those", string.Join(", ", Listing.Of(thing.RootElement, "allGroups").Select(JsonText.Cell).Except(Listing.Of(thing.RootElement, "groups").Select(JsonText.Cell))));
            facts.Add("attributes", Attributes(thing.RootElement));
            facts.Add("version", JsonText.Cell(thing.RootElement, "version"));
            facts.Add("created", JsonText.Time(thing.RootElement, "createdAt"));
            run.Write(facts);
            await run.WriteLineAsync("");
            run.Write(CertificateCommands.TableOf(Listing.Of(thing.RootElement, "certificates")));
            await run.WriteLineAsync("");
            run.Write(await PoliciesAsync(run, thing.RootElement, cancellationToken));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Those of the thing, of its groups and of the certificates that let it in.</summary>
    private static async Task<Table> PoliciesAsync(CommandRun run, JsonElement thing, CancellationToken cancellationToken)
    {
        var targets = Listing.Of(thing, "allGroups").Select(static group => $"group/{JsonText.Cell(group)}")
            .Prepend($"thing/{JsonText.Cell(thing, "name")}")
            .Concat(Listing.Of(thing, "certificates").Where(static one => JsonText.Cell(one, "status") == "ACTIVE").Select(static one => $"cert/{JsonText.Cell(one, "fingerprint")}"));
        var table = new Table("POLICY", "HOLDS BY");
        foreach (var target in targets)
        {
            await foreach (var policy in Pages.ReadAsync(run.Daemon, $"/api/v1/policies?target={PathSegment.Encode(target)}", "policies", "list of policies", cancellationToken))
            {
                table.Add(JsonText.Cell(policy, "name"), target);
            }
        }

        return table;
    }

    private static Command Update(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var type = new Option<string?>("--type") { Description = "Its type; empty: none", HelpName = "TYPE" };
        var groups = new Option<string[]>("--group") { Description = "A group that it is to be in as well; 'roost group leave' takes it out of one", HelpName = "GROUP" };
        var attributes = AttributeOption.Create("An attribute, like site=17; without a value it goes");
        var version = new Option<long?>("--expected-version") { Description = "Refuse when the thing has another version by now", HelpName = "N" };
        var command = new Command("update", "Change a thing; what is not named stays") { name, type, groups, attributes, version };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var body = JsonText.Write(json =>
            {
                json.WriteStartObject();
                ThingJson.Write(json, name: null, run.Get(type), run.Get(groups), AttributeOption.Read(run.Get(attributes)));
                json.WriteEndObject();
            });
            using var changed = await run.Daemon.SendJsonAsync(
                HttpMethod.Patch, $"{Path}/{PathSegment.Encode(run.Get(name))}{(run.Get(version) is { } expected ? FormattableString.Invariant($"?expectedVersion={expected}") : "")}",
                DaemonClient.Body(System.Text.Encoding.UTF8.GetBytes(body), "application/json"), $"update {run.Get(name)}", cancellationToken);
            await run.WriteLineAsync(run.Json ? JsonText.Compact(changed.RootElement) : $"thing {run.Get(name)} has version {JsonText.Cell(changed.RootElement, "version")} now");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Delete(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var command = new Command("delete", "Delete a thing with its certificates and rights; its connections end at once") { name };
        CommandRun.Define(command, options, terminal, (run, cancellationToken) => DeleteAsync(run, $"{Path}/{PathSegment.Encode(run.Get(name))}", "thing", run.Get(name), cancellationToken));
        return command;
    }

    internal static async Task<int> DeleteAsync(CommandRun run, string path, string kind, string name, CancellationToken cancellationToken)
    {
        using var answer = await run.Daemon.SendAsync(HttpMethod.Delete, path, content: null, $"delete {name}", cancellationToken);
        await run.WriteLineAsync(run.Json ? JsonText.Write(json => WriteDeleted(json, name)) : $"{kind} {name} deleted");
        return ExitCode.Done;
    }

    internal static string Texts(JsonElement element, string name) => string.Join(", ", Listing.Of(element, name).Select(JsonText.Cell));

    internal static void WriteDeleted(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject();
        json.WriteString("deleted", name);
        json.WriteEndObject();
    }

    private static string Attributes(JsonElement thing) => thing.TryGetProperty("attributes", out var attributes)
        ? string.Join(", ", attributes.EnumerateObject().Select(static attribute => $"{attribute.Name}={JsonText.Cell(attribute.Value)}"))
        : "";

    private static Argument<string> Name() => new("NAME") { Description = "Name of the thing" };
}
