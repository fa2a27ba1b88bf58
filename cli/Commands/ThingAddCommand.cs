using System.CommandLine;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;
using Roost.Cli.Things;

namespace Roost.Cli.Commands;

/// <summary><c>roost thing add NAME</c>: registers a thing and writes what it needs to connect.</summary>
internal static class ThingAddCommand
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "1 to 128 of a-z A-Z 0-9 : _ -" };
        var type = new Option<string?>("--type") { Description = "A type that is registered", HelpName = "TYPE" };
        var groups = new Option<string[]>("--group") { Description = "A group that is registered; may be given several times", HelpName = "GROUP" };
        var attributes = AttributeOption.Create("An attribute, like site=17; may be given several times");
        var request = new Option<string?>("--csr") { Description = "A signing request of the thing's own key, in PEM; else the gateway makes the key, and keeps it nowhere", HelpName = "FILE" };
        var validity = new Option<string?>("--validity") { Description = "How long its certificate is good; default: identity.certificates.validity", HelpName = "365d" };
        var target = new Option<string?>("--out") { Description = "Folder for NAME.crt, NAME.key and ca.crt; default ./NAME", HelpName = "DIR" };
        var policies = new Option<string[]>("--policy") { Description = "A policy in place of thing-default; may be given several times", HelpName = "POLICY" };
        var bare = new Option<bool>("--no-policy") { Description = "Without a policy: it may do nothing until one is attached" };
        var code = new Option<bool>("--qr") { Description = "Show what an app needs to connect as a QR code; it holds the private key" };
        var command = new Command("add", "Register a thing, and write its certificate and key") { name, type, groups, attributes, request, validity, target, policies, bare, code };
        command.Validators.Add(result =>
        {
            if (result.GetValue(bare) && result.GetValue(policies) is { Length: > 0 })
            {
                result.AddError("--policy and --no-policy exclude each other.");
            }

            if (result.GetValue(code) && result.GetValue(request) is not null)
            {
                result.AddError("--qr shows the private key, which with --csr is not here.");
            }
        });
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var thing = run.Get(name);
            var csr = run.Get(request) is { } file ? await InputFile.ReadAsync(terminal, file, cancellationToken) : null;
            var body = JsonText.Write(json =>
            {
                json.WriteStartObject();
                ThingJson.Write(json, thing, run.Get(type), run.Get(groups), AttributeOption.Read(run.Get(attributes)));
                ThingJson.WriteTexts(json, "policies", run.Get(bare) ? [] : run.Get(policies) is { Length: > 0 } given ? given : null);
                ThingJson.WriteText(json, "signingRequest", csr);
                ThingJson.WriteText(json, "validity", run.Get(validity));
                json.WriteEndObject();
            });
            using var files = ThingFiles.Open(Path.GetFullPath(run.Get(target) ?? ThingFiles.FileName(thing), terminal.Folder), thing, withKey: csr is null);
            using var answer = await run.Daemon.SendJsonAsync(HttpMethod.Post, "/api/v1/registry/things", DaemonClient.Body(System.Text.Encoding.UTF8.GetBytes(body), "application/json"), $"thing {thing}", cancellationToken);
            var certificate = answer.RootElement.GetProperty("certificate");
            var key = JsonText.Cell(certificate, "privateKey") is { Length: > 0 } made ? made : null;
            files.Write(JsonText.Cell(certificate, "pem"), JsonText.Cell(certificate, "authority"), key);
            if (run.Json)
            {
                await run.WriteLineAsync(JsonText.Write(json => WriteResult(json, answer.RootElement, files, key is not null)));
                return ExitCode.Done;
            }

            await run.WriteLineAsync($"thing {thing} is registered; its certificate is good until {JsonText.Time(certificate, "notAfter")[..10]}");
            await run.WriteLineAsync($"  fingerprint {JsonText.Cell(certificate, "fingerprint")}");
            await run.WriteLineAsync($"  {files.Certificate}\n{(key is null ? "" : $"  {files.Key} (the only copy: nobody else may read it)\n")}  {files.Authority}");
            var gateway = await GatewayAddress.FindAsync(run.Daemon, cancellationToken);
            await ConnectionSnippet.WriteAsync(run, thing, files, gateway);
            if (run.Get(code))
            {
                await ConnectionCode.WriteAsync(run, thing, certificate, key!, gateway);
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>For scripts: what was made, and where the files are; the key is in its file alone.</summary>
    private static void WriteResult(Utf8JsonWriter json, JsonElement answer, ThingFiles files, bool hasKey)
    {
        json.WriteStartObject();
        json.WritePropertyName("thing");
        answer.GetProperty("thing").WriteTo(json);
        json.WriteString("fingerprint", JsonText.Cell(answer.GetProperty("certificate"), "fingerprint"));
        json.WriteString("notAfter", JsonText.Cell(answer.GetProperty("certificate"), "notAfter"));
        json.WriteString("certificateFile", files.Certificate);
        json.WriteString("authorityFile", files.Authority);
        if (hasKey)
        {
            json.WriteString("keyFile", files.Key);
        }

        json.WriteEndObject();
    }
}
