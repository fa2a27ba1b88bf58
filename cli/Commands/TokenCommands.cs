using System.CommandLine;
using Roost.Cli.Daemon;
using Roost.Cli.Input;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost token create|list|revoke</c>.</summary>
internal static class TokenCommands
{
    public static Command Create(GlobalOptions options, Terminal terminal) => new("token", "Bearer tokens, for apps and scripts")
    {
        Make(options, terminal),
        List(options, terminal),
        Revoke(options, terminal),
    };

    /// <summary>The columns of tokens, for apps too.</summary>
    public static Task<int> ListAsync(CommandRun run, bool app, CancellationToken cancellationToken) => CredentialOptions.ListAsync(
        run, $"/api/v1/tokens?app={(app ? "true" : "false")}", "tokens", app ? "list of apps" : "list of tokens", ["ID", "NAME", "THING", "STATUS", "EXPIRES", "LAST USED"],
        token => [JsonText.Cell(token, "id"), JsonText.Cell(token, "name"), JsonText.Cell(token, "thing"), JsonText.Cell(token, "status"), JsonText.Time(token, "expiresAt"), JsonText.Time(token, "usedAt")], cancellationToken);

    private static Command Make(GlobalOptions options, Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "What people call it" };
        var expires = LifetimeOption.Create("--expires", "How long it holds; for ever when left out");
        var thing = CredentialOptions.Thing();
        var policies = CredentialOptions.Policies();
        var command = new Command("create", "Make a token and print it, this once") { name, expires, thing, policies };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var made = await run.Daemon.SendJsonAsync(
                HttpMethod.Post, "/api/v1/tokens",
                RequestJson.Of(("name", run.Get(name)), ("expiresInSeconds", LifetimeOption.SecondsOf(run.Get(expires))), ("thing", run.Get(thing)), ("policies", run.Get(policies))),
                $"token {run.Get(name)}", cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(made.RootElement);
                return ExitCode.Done;
            }

            await run.WriteLineAsync(JsonText.Cell(made.RootElement, "token"));
            await run.WriteLineAsync($"Shown this once. Its identifier, for 'roost token revoke', is {JsonText.Cell(made.RootElement, "id")}.");
            await CredentialOptions.TellNextAsync(run, made.RootElement, run.Get(policies));
            await CredentialOptions.TellUseAsync(
                run,
                gateway =>
                [
                    $"curl --cacert ca.crt -H \"Authorization: Bearer $ROOST_TOKEN\" {gateway.Url}/api/v1/status",
                    $"roost --url {gateway.Url} --cacert ca.crt status        # reads $ROOST_TOKEN",
                    FormattableString.Invariant($"mosquitto_sub --cafile ca.crt -h {gateway.Host} -p {gateway.PortOrUsual} -u token -P \"$ROOST_TOKEN\" -i app/1 -t 'robots/+/telemetry'"),
                ],
                cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command List(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("list", "All tokens but those of apps, with their end and last use");
        CommandRun.Define(command, options, terminal, (run, cancellationToken) => ListAsync(run, app: false, cancellationToken));
        return command;
    }

    private static Command Revoke(GlobalOptions options, Terminal terminal)
    {
        var id = new Argument<string>("ID") { Description = "Identifier of the token" };
        var command = new Command("revoke", "End a token at once; its connections end") { id };
        CredentialOptions.DefineDelete(command, options, terminal, run => ($"/api/v1/tokens/{PathSegment.Encode(run.Get(id))}", $"token {run.Get(id)}", $"Token {run.Get(id)} is revoked."));
        return command;
    }
}
