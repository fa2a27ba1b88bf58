using System.CommandLine;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Input;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost cert revoke</c>: one certificate, or all of a thing that was stolen.</summary>
internal static class CertificateRevokeCommand
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var certificate = new Argument<string>("CERTIFICATE") { Description = "Its fingerprint, or the beginning of it", Arity = ArgumentArity.ZeroOrOne };
        var thing = new Option<string?>("--thing") { Description = "All certificates of this thing: it was stolen", HelpName = "NAME" };
        var command = new Command("revoke", "Let its holder in never again; its connections end at once") { certificate, thing };
        command.Validators.Add(result =>
        {
            if (result.GetResult(certificate) is { Tokens.Count: > 0 } == (result.GetResult(thing) is { Implicit: false }))
            {
                result.AddError("Give a certificate, or --thing NAME for all of a thing's.");
            }
        });
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var fingerprints = run.Get(thing) is { } name ? await OfAsync(run, name, cancellationToken) : [await CertificateCommands.FindAsync(run, run.Get(certificate), cancellationToken)];
            foreach (var fingerprint in fingerprints)
            {
                using var changed = await run.Daemon.SendJsonAsync(
                    HttpMethod.Patch, $"/api/v1/certificates/{fingerprint}", RequestJson.Of(("status", "REVOKED")), $"revoke {fingerprint}", cancellationToken);
                await run.WriteLineAsync(run.Json ? JsonText.Compact(changed.RootElement) : $"certificate {fingerprint} is revoked");
            }

            if (!run.Json && run.Get(thing) is { } stolen)
            {
                await run.WriteLineAsync($"{stolen} comes in by no certificate any more. Tokens and access keys that were made with --thing {stolen} go on: 'roost token list', 'roost key list'. 'roost thing delete {stolen}' ends everything.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Also those that wait or were switched off: whoever has the key would only have to wait.</summary>
    /// <exception cref="DaemonException">There is no such thing, or it has none.</exception>
    private static async Task<List<string>> OfAsync(CommandRun run, string thing, CancellationToken cancellationToken)
    {
        using var shown = await run.Daemon.GetJsonAsync($"/api/v1/registry/things/{PathSegment.Encode(thing)}", $"thing {thing}", cancellationToken);
        var found = Listing.Of(shown.RootElement, "certificates").Where(static one => JsonText.Cell(one, "status") != "REVOKED").Select(static one => JsonText.Cell(one, "fingerprint")).ToList();
        return found.Count > 0 ? found : throw new DaemonException($"{thing} has no certificate that is not revoked");
    }
}
