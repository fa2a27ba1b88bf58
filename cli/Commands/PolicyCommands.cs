using System.CommandLine;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost policy ...</c>: who may do what.</summary>
internal static class PolicyCommands
{
    private const string Path = "/api/v1/policies";

    public static Command Create(GlobalOptions options, Terminal terminal) => new("policy", "Policies: who may do what, in AWS IoT's JSON")
    {
        List(options, terminal),
        Show(options, terminal),
        PolicyChangeCommands.Make(options, terminal),
        PolicyChangeCommands.Update(options, terminal),
        PolicyChangeCommands.Delete(options, terminal),
        PolicyChangeCommands.Attach(options, terminal),
        PolicyChangeCommands.Detach(options, terminal),
        Attached(options, terminal),
        PolicyCheckCommand.Create(options, terminal),
        PolicyValidateCommand.Create(options, terminal),
    };

    /// <summary>A target as the daemon has it: a name alone is a thing's.</summary>
    public static string Target(string text) => text.Contains('/', StringComparison.Ordinal) ? text : $"thing/{text}";

    public static Argument<string> TargetArgument() => new("TARGET") { Description = "A thing's name, or group/NAME, cert/FINGERPRINT, user/NAME, token/ID, key/ID" };

    public static Argument<string> NameArgument() => new("POLICY") { Description = "Name of the policy" };

    private static Command List(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("list", "All policies, and to how many things, groups and credentials each is attached");
        CommandRun.Define(command, options, terminal, (run, cancellationToken) => PrintAsync(run, Path, cancellationToken));
        return command;
    }

    private static Command Attached(GlobalOptions options, Terminal terminal)
    {
        var target = TargetArgument();
        var command = new Command("attached", "Policies that are attached to a thing, a group or a credential itself") { target };
        CommandRun.Define(command, options, terminal, (run, cancellationToken) => PrintAsync(run, $"{Path}?target={PathSegment.Encode(Target(run.Get(target)))}", cancellationToken));
        return command;
    }

    private static Command Show(GlobalOptions options, Terminal terminal)
    {
        var name = NameArgument();
        var document = new Option<bool>("--document") { Description = "Only the policy itself, as a file for 'policy update'" };
        var command = new Command("show", "One policy, and what it is attached to") { name, document };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var path = $"{Path}/{PathSegment.Encode(run.Get(name))}";
            using var policy = await run.Daemon.GetJsonAsync(path, $"policy {run.Get(name)}", cancellationToken);
            var text = JsonText.Cell(policy.RootElement, "document");
            if (run.Json)
            {
                await run.WriteJsonAsync(policy.RootElement);
                return ExitCode.Done;
            }

            if (!run.Get(document))
            {
                var changed = JsonText.Time(policy.RootElement, "changedAt");
                await run.WriteLineAsync($"policy {JsonText.Cell(policy.RootElement, "name")}: {(changed.Length == 0 ? "built in" : $"version {JsonText.Cell(policy.RootElement, "version")}, of {changed}")}");
                await foreach (var target in Pages.ReadAsync(run.Daemon, $"{path}/targets", "targets", "targets of the policy", cancellationToken))
                {
                    await run.WriteLineAsync($"attached to {run.Text(JsonText.Cell(target))}");
                }
            }

            await run.WriteLineAsync(string.Join('\n', text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Select(run.Text)));
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<int> PrintAsync(CommandRun run, string path, CancellationToken cancellationToken)
    {
        var table = new Table("POLICY", "VERSION", "CHANGED", "ATTACHED TO");
        await foreach (var policy in Pages.ReadAsync(run.Daemon, path, "policies", "list of policies", cancellationToken))
        {
            if (run.Json)
            {
                await run.WriteJsonAsync(policy);
                continue;
            }

            var isBuiltIn = policy.TryGetProperty("builtIn", out var builtIn) && builtIn.ValueKind == JsonValueKind.True;
            table.Add(JsonText.Cell(policy, "name"), isBuiltIn ? "built in" : JsonText.Cell(policy, "version"), isBuiltIn ? "" : JsonText.Time(policy, "changedAt"), JsonText.Cell(policy, "targets"));
        }

        if (!run.Json)
        {
            run.Write(table);
        }

        return ExitCode.Done;
    }
}
