using System.CommandLine;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Input;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost policy validate</c>: everything that is wrong with a file, by the daemon, or by its program where none runs.</summary>
internal static class PolicyValidateCommand
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var file = PolicyFile.Argument();
        var offline = new Option<bool>("--offline") { Description = "Without a daemon that runs: roostd itself looks at it" };
        var command = new Command("validate", "Tell everything that is wrong with a policy, and change nothing; exit code 1 when it cannot be taken") { file, offline };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var text = await PolicyFile.ReadAsync(run.Get(file), terminal, cancellationToken);
            using var answer = run.Get(offline) ? await OfflineAsync(text, terminal, cancellationToken) : await AskAsync(run, text, cancellationToken);
            if (answer is null)
            {
                return ExitCode.Failed;
            }

            var isValid = answer.RootElement.TryGetProperty("valid", out var valid) && valid.ValueKind == JsonValueKind.True;
            if (run.Json)
            {
                await run.WriteJsonAsync(answer.RootElement);
            }
            else
            {
                await run.WriteLineAsync(isValid ? $"{run.Get(file)} is a policy of {Count.Of(answer.RootElement, "statements", "statement", "statements")}" : $"{run.Get(file)} cannot be taken:");
                foreach (var fault in Listing.Of(answer.RootElement, "faults"))
                {
                    await run.WriteLineAsync(run.Text($"  {JsonText.Cell(fault)}"));
                }
            }

            if (!run.Json)
            {
                await WarnAsync(run, answer.RootElement);
            }

            return isValid ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    /// <summary>What it may say and hardly means.</summary>
    internal static async Task WarnAsync(CommandRun run, JsonElement policy)
    {
        foreach (var warning in Listing.Of(policy, "warnings"))
        {
            await run.WriteLineAsync(run.Text($"Mind: {JsonText.Cell(warning)}"));
        }
    }

    private static async Task<JsonDocument?> AskAsync(CommandRun run, string text, CancellationToken cancellationToken)
    {
        using var body = DaemonClient.Body(System.Text.Encoding.UTF8.GetBytes(PolicyFile.Body(text)), "application/json");
        return await run.Daemon.SendJsonAsync(HttpMethod.Post, "/api/v1/policies/validate", body, "validation", cancellationToken);
    }

    /// <returns>Null: it could not look, and has said why.</returns>
    private static async Task<JsonDocument?> OfflineAsync(string text, Terminal terminal, CancellationToken cancellationToken)
    {
        var copy = Path.GetTempFileName(); // what came from standard input is in no file
        try
        {
            await File.WriteAllTextAsync(copy, text, cancellationToken);
            using var output = new StringWriter();
            await OfflineDaemon.RunAsync(["--check-policy", copy], terminal, cancellationToken, output);
            return output.ToString().StartsWith('{') ? JsonDocument.Parse(output.ToString()) : null;
        }
        finally
        {
            File.Delete(copy);
        }
    }
}
