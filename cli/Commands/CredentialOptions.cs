using System.CommandLine;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;
using Roost.Cli.Things;

namespace Roost.Cli.Commands;

/// <summary>What the commands of users, tokens and access keys have in common.</summary>
internal static class CredentialOptions
{
    public static Option<string?> Thing() => new("--thing") { Description = "Whose credential it is; it ends with the thing", HelpName = "THING" };

    public static Option<string[]> Policies() => new("--policy") { Description = "A policy to attach; may be repeated. Without any, nothing is allowed", HelpName = "POLICY" };

    /// <summary>Says what is still missing before the credential is of use.</summary>
    public static Task TellNextAsync(CommandRun run, JsonElement made, string[]? policies) =>
        policies is { Length: > 0 } || JsonText.Cell(made, "thing").Length > 0
            ? Task.CompletedTask
            : run.WriteLineAsync($"It may do nothing yet. Attach a policy: roost policy attach POLICY {JsonText.Cell(made, "principal")}");

    /// <summary>Lines that can be typed where clients are, after the gateway's CA.</summary>
    public static async Task TellUseAsync(CommandRun run, Func<GatewayAddress, IEnumerable<string>> lines, CancellationToken cancellationToken)
    {
        var gateway = await GatewayAddress.FindAsync(run.Daemon, cancellationToken);
        await run.WriteLineAsync("With the gateway's CA ('roost ca export > ca.crt'):");
        foreach (var line in lines(gateway))
        {
            await run.WriteLineAsync($"  {line}");
        }
    }

    public static async Task<int> ListAsync(CommandRun run, string path, string list, string what, string[] heads, Func<JsonElement, string[]> row, CancellationToken cancellationToken)
    {
        var table = new Table(heads);
        await foreach (var item in Pages.ReadAsync(run.Daemon, path, list, what, cancellationToken))
        {
            if (run.Json)
            {
                await run.WriteJsonAsync(item);
                continue;
            }

            table.Add(row(item));
        }

        if (!run.Json)
        {
            run.Write(table);
        }

        return ExitCode.Done;
    }

    /// <summary>A command that sends a DELETE and says a sentence.</summary>
    public static void DefineDelete(Command command, GlobalOptions options, Terminal terminal, Func<CommandRun, (string Path, string What, string Done)> of) =>
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var (path, what, done) = of(run);
            using var answer = await run.Daemon.SendAsync(HttpMethod.Delete, path, content: null, what, cancellationToken);
            if (!run.Json)
            {
                await run.WriteLineAsync(done);
            }

            return ExitCode.Done;
        });
}
