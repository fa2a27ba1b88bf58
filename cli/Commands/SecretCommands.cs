using System.CommandLine;
using Roost.Cli.Daemon;
using Roost.Cli.Input;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost secret set|list|show|delete|rekey</c>.</summary>
internal static class SecretCommands
{
    public static Command Create(GlobalOptions options, Terminal terminal) => new("secret", "Secrets for functions and the cloud, encrypted at rest")
    {
        Set(options, terminal),
        List(options, terminal),
        Show(options, terminal),
        Delete(options, terminal),
        Rekey(options, terminal),
    };

    private static Command Set(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var file = HiddenInput.FileOption();
        var command = new Command("set", "Make or change a secret; it is asked for without echo, or read from standard input or a file") { name, file };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var secret = run.Get(name);
            var value = await HiddenInput.ReadAsync(run, run.Get(file), $"Secret {secret}", cancellationToken);
            using var done = await run.Daemon.SendJsonAsync(HttpMethod.Put, $"/api/v1/secrets/{PathSegment.Encode(secret)}", DaemonClient.Body(value, "application/octet-stream"), $"set secret {secret}", cancellationToken);
            await run.WriteLineAsync(run.Json ? JsonText.Compact(done.RootElement) : $"Secret {secret} is set. A function has it with environment: {{ NAME: \"${{secret:{secret}}}\" }}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command List(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("list", "Names of all secrets, and who uses them");
        CommandRun.Define(command, options, terminal, (run, cancellationToken) => CredentialOptions.ListAsync(
            run, "/api/v1/secrets", "secrets", "list of secrets", ["SECRET", "VERSION", "CHANGED", "STATUS", "USED BY"],
            secret => [JsonText.Cell(secret, "name"), JsonText.Cell(secret, "version"), JsonText.Time(secret, "changedAt"), JsonText.Cell(secret, "status"), ThingCommands.Texts(secret, "usedBy")], cancellationToken));
        return command;
    }

    private static Command Show(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var reveal = new Option<bool>("--reveal") { Description = "Yes, print the secret itself; the audit tells that it was shown" };
        var command = new Command("show", "Print the secret itself, with --reveal alone") { name, reveal };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            if (!run.Get(reveal))
            {
                throw new DaemonException($"secret {run.Get(name)}: printed with --reveal alone, as it stands on the screen then; 'roost secret list' has everything else");
            }

            using var value = await run.Daemon.SendJsonAsync(HttpMethod.Post, $"/api/v1/secrets/{PathSegment.Encode(run.Get(name))}/reveal", content: null, $"secret {run.Get(name)}", cancellationToken);
            await run.WriteLineAsync(run.Json ? JsonText.Compact(value.RootElement) : run.Text(JsonText.Cell(value.RootElement, "value")));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Delete(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var force = new Option<bool>("--force") { Description = "Also one that is in use: functions that need it start no more, and exports wait" };
        var command = new Command("delete", "Delete a secret that nobody uses") { name, force };
        CredentialOptions.DefineDelete(command, options, terminal, run => ($"/api/v1/secrets/{PathSegment.Encode(run.Get(name))}{(run.Get(force) ? "?force=true" : "")}", $"secret {run.Get(name)}", $"Secret {run.Get(name)} is gone."));
        return command;
    }

    private static Command Rekey(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("rekey", "Make a new key and encrypt all secrets and access keys with it");
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var done = await run.Daemon.SendJsonAsync(HttpMethod.Post, "/api/v1/secrets-key/rotate", content: null, "rekey", cancellationToken);
            await run.WriteLineAsync(run.Json ? JsonText.Compact(done.RootElement) : $"{Count.Of(done.RootElement, "resealed", "secret or access key has", "secrets and access keys have")} the new key. Copies of the old key open nothing that is kept now.");
            var sealedStill = done.RootElement.TryGetProperty("unreadable", out var unreadable) ? unreadable.EnumerateArray().Select(one => one.GetString()).ToList() : [];
            return sealedStill.Count == 0
                ? ExitCode.Done
                : throw new DaemonException($"{string.Join(", ", sealedStill)}: sealed with a key that is not here, and not encrypted anew. Put the old secrets.key back and restart the daemon, or set them anew");
        });
        return command;
    }

    private static Argument<string> Name() => new("NAME") { Description = "Name of the secret" };
}
