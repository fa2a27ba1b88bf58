using System.CommandLine;
using System.Globalization;
using System.Text;
using Roost.Cli.Daemon;
using Roost.Cli.Output;
using Roost.Cli.Provisioning;

namespace Roost.Cli.Commands;

/// <summary><c>roost template claim NAME</c>: the certificate that devices of a template share until each has its own.</summary>
internal static class TemplateClaimCommand
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var name = TemplateCommands.NameArgument();
        var target = new Option<string?>("--out") { Description = "Folder for claim.crt, claim.key and ca.crt; default ./NAME-claim", HelpName = "DIR" };
        var days = new Option<int?>("--days") { Description = "How long the claim is good; default: identity.certificates.validity", HelpName = "N" };
        CountOption.Check(days);
        var command = new Command("claim", "Make a certificate that may do nothing but provision by this template") { name, target, days };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var template = run.Get(name);
            using var files = new ClaimFiles(Path.GetFullPath(run.Get(target) ?? $"{template}-claim", terminal.Folder));
            files.Prepare();
            try
            {
                var body = run.Get(days) is { } count ? string.Create(CultureInfo.InvariantCulture, $$"""{"expiresInSeconds":{{count * 86_400L}}}""") : "{}";
                using var content = DaemonClient.Body(Encoding.UTF8.GetBytes(body), "application/json");
                using var claim = await run.Daemon.SendJsonAsync(HttpMethod.Post, $"{TemplateCommands.PathOf(template)}/claims", content, $"claim for {template}", cancellationToken);
                var root = claim.RootElement;
                files.Write(JsonText.Cell(root, "certificatePem"), JsonText.Cell(root, "privateKey"), JsonText.Cell(root, "authorityPem"));
                await run.WriteLineAsync(run.Json
                    ? JsonText.Write(json =>
                    {
                        json.WriteStartObject();
                        json.WriteString("certificateId", JsonText.Cell(root, "certificateId"));
                        json.WriteString("expiresAt", JsonText.Cell(root, "expiresAt"));
                        json.WriteString("certificateFile", files.Certificate);
                        json.WriteString("keyFile", files.Key);
                        json.WriteString("authorityFile", files.Authority);
                        json.WriteEndObject();
                    })
                    : $"claim for template {template}, good until {JsonText.Cell(root, "expiresAt")[..10]}; put these on the devices:\n  {files.Certificate}\n  {files.Key} (the only copy)\n  {files.Authority}\n"
                        + $"If it is stolen: roost cert revoke {JsonText.Cell(root, "certificateId")}");
                return ExitCode.Done;
            }
            catch (DaemonException)
            {
                files.Abandon();
                throw;
            }
        });
        return command;
    }
}
