using System.CommandLine;
using Roost.Cli.Daemon;
using Roost.Cli.Input;
using Roost.Cli.Output;
using Roost.Cli.Things;

namespace Roost.Cli.Commands;

/// <summary><c>roost app pair|list|unpair</c>.</summary>
internal static class AppCommands
{
    private const string UsualPolicy = "app-default";

    public static Command Create(GlobalOptions options, Terminal terminal) => new("app", "Apps that are paired by a code")
    {
        Pair(options, terminal),
        List(options, terminal),
        Unpair(options, terminal),
    };

    private static Command Pair(GlobalOptions options, Terminal terminal)
    {
        var name = new Option<string?>("--name") { Description = "What people call the app", HelpName = "NAME" };
        var policy = new Option<string?>("--policy") { Description = $"What it may do; {UsualPolicy} when left out", HelpName = "POLICY" };
        var expires = LifetimeOption.Create("--expires", "How long its token will hold; for ever when left out");
        var code = new Option<bool>("--qr") { Description = "Show code, address and CA as a QR code too, for the app to read; docs/logins.md says what it holds" };
        var command = new Command("pair", "Show a code, good once and for five minutes, that an app gets its token with") { name, policy, expires, code };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            string[] policies = [run.Get(policy) ?? UsualPolicy];
            using var pairing = await run.Daemon.SendJsonAsync(
                HttpMethod.Post, "/api/v1/pairings", RequestJson.Of(("name", run.Get(name)), ("policies", policies), ("expiresInSeconds", LifetimeOption.SecondsOf(run.Get(expires)))), "pairing", cancellationToken);
            var root = pairing.RootElement;
            if (run.Json)
            {
                await run.WriteJsonAsync(root);
                return ExitCode.Done;
            }

            await run.WriteLineAsync($"code            {JsonText.Cell(root, "code")}");
            await run.WriteLineAsync($"good until      {JsonText.Time(root, "endsAt")}, once");
            await run.WriteLineAsync($"CA fingerprint  {JsonText.Cell(root, "authorityFingerprint")}");
            var gateway = await GatewayAddress.FindAsync(run.Daemon, cancellationToken);
            await run.WriteLineAsync($"gateway         {(gateway.HttpsPort is null ? "no listener takes HTTPS now: add one with tls to http.listeners" : string.Join(", ", gateway.OtherHosts.Prepend(gateway.Host).Select(gateway.UrlOf)))}");
            await run.WriteLineAsync($"pairs at        {gateway.Url}/api/v1/pairings/redeem");
            await run.WriteLineAsync(gateway.Port is { } port ? FormattableString.Invariant($"MQTT            {gateway.Host}:{port} with TLS, or {gateway.Url.Replace("https:", "wss:", StringComparison.Ordinal)}/mqtt; the token in the password's place") : $"MQTT            {gateway.Url.Replace("https:", "wss:", StringComparison.Ordinal)}/mqtt, with the token");
            if (policies is [UsualPolicy])
            {
                await run.WriteLineAsync($"client id       has to begin with app/ ({UsualPolicy})");
            }

            await run.WriteLineAsync($"Type the code into the app{(run.Get(code) ? ", or let it read this" : "")}. 'roost app list' shows it once it is paired.");
            if (run.Get(code))
            {
                await PairingCode.WriteAsync(run, root, gateway);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command List(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("list", "All paired apps, with their last use");
        CommandRun.Define(command, options, terminal, (run, cancellationToken) => TokenCommands.ListAsync(run, app: true, cancellationToken));
        return command;
    }

    private static Command Unpair(GlobalOptions options, Terminal terminal)
    {
        var id = new Argument<string>("ID") { Description = "Identifier of the app, as the list has it" };
        var command = new Command("unpair", "End an app's token at once; its connections end") { id };
        CredentialOptions.DefineDelete(command, options, terminal, run => ($"/api/v1/tokens/{PathSegment.Encode(run.Get(id))}", $"app {run.Get(id)}", $"App {run.Get(id)} is no longer paired."));
        return command;
    }
}
