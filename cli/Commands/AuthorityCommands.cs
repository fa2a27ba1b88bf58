using System.CommandLine;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;
using Roost.Cli.Things;

namespace Roost.Cli.Commands;

/// <summary><c>roost ca</c>.</summary>
internal static class AuthorityCommands
{
    private const string Path = "/api/v1/authorities";

    public static Command Create(GlobalOptions options, Terminal terminal) => new("ca", "The gateway's own CA, and others whose certificates are taken")
    {
        Show(options, terminal),
        List(options, terminal),
        Text("export", "The gateway's CA in PEM: what clients check its certificate with", HttpMethod.Get, "/own", "pem", options, terminal),
        Text("csr", "A signing request for the gateway's CA, for yours to sign: it has to sign CAs (CA:TRUE), and leave the subject as it is", HttpMethod.Post, "/own/signing-request", "signingRequest", options, terminal),
        Install(options, terminal),
        Trust(options, terminal),
        Distrust(options, terminal),
    };

    private static Command Show(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("show", "The gateway's own CA, and the names in its server certificate");
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var own = await run.Daemon.GetJsonAsync($"{Path}/own", "gateway's CA", cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(own.RootElement);
                return ExitCode.Done;
            }

            var table = new Table("CA", run.Text(JsonText.Cell(own.RootElement, "subject")));
            table.Add("fingerprint", JsonText.Cell(own.RootElement, "fingerprint"));
            table.Add("signed by", run.Text(JsonText.Cell(own.RootElement, "issuer")));
            table.Add("until", JsonText.Time(own.RootElement, "notAfter")[..10]);
            var server = own.RootElement.GetProperty("server");
            table.Add("server names", ThingCommands.Texts(server, "names"));
            table.Add("server until", JsonText.Time(server, "notAfter") is { Length: >= 10 } end ? end[..10] : "");
            run.Write(table);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command List(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("list", "All CAs whose client certificates are taken");
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var listed = await run.Daemon.GetJsonAsync(Path, "list of CAs", cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(listed.RootElement);
                return ExitCode.Done;
            }

            var table = new Table("CA", "SUBJECT", "KIND", "UNTIL", "REGISTERS");
            foreach (var authority in Listing.Of(listed.RootElement, "authorities"))
            {
                table.Add(
                    JsonText.Cell(authority, "fingerprint"), JsonText.Cell(authority, "subject"), JsonText.Cell(authority, "kind"), JsonText.Time(authority, "notAfter")[..10],
                    JsonText.Cell(authority, "autoRegister") == "true" ? JsonText.Cell(authority, "activate") == "true" ? "and activates" : "pending" : "");
            }

            run.Write(table);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Text(string verb, string description, HttpMethod method, string path, string member, GlobalOptions options, Terminal terminal)
    {
        var command = new Command(verb, description);
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var answer = await run.Daemon.SendJsonAsync(method, Path + path, content: null, $"ca {verb}", cancellationToken);
            await run.WriteLineAsync(run.Json ? JsonText.Compact(answer.RootElement) : JsonText.Cell(answer.RootElement, member).TrimEnd());
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Install(GlobalOptions options, Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "PEM: what your CA has signed for 'roost ca csr', then the CAs above it up to the root" };
        var command = new Command("install", "Make the gateway's CA one of yours; certificates that it has signed before stay good") { file };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var chain = await InputFile.ReadAsync(terminal, run.Get(file), cancellationToken);
            using var answer = await run.Daemon.SendAsync(HttpMethod.Put, $"{Path}/own", Body(json => json.WriteString("chain", chain)), $"install {run.Get(file)}", cancellationToken);
            await run.WriteLineAsync(run.Json ? "{}" : "installed; the server certificate was made anew, and clients that trust your root take it. Make a backup: roost backup");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Trust(GlobalOptions options, Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "PEM: the CA's certificate, then those above it up to the root" };
        var register = new Option<bool>("--auto-register") { Description = "Register its certificates when their clients first come; they wait for 'roost cert activate'" };
        var activate = new Option<bool>("--activate") { Description = "With --auto-register: activate them at once" };
        var policy = new Option<string?>("--policy") { Description = "With --activate: attach this policy to them", HelpName = "POLICY" };
        var from = new Option<string?>("--thing-from") { Description = "With --activate: make their things, by the subject's common name or serial number", HelpName = "cn|serial" };
        var command = new Command("trust", "Take client certificates of another CA: those that are registered, or that register themselves") { file, register, activate, policy, from };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var chain = await InputFile.ReadAsync(terminal, run.Get(file), cancellationToken);
            using var trusted = await run.Daemon.SendJsonAsync(
                HttpMethod.Post, Path,
                Body(json =>
                {
                    json.WriteString("chain", chain);
                    json.WriteBoolean("autoRegister", run.Get(register));
                    json.WriteBoolean("activate", run.Get(activate));
                    ThingJson.WriteText(json, "policy", run.Get(policy));
                    ThingJson.WriteText(json, "thingFrom", run.Get(from));
                }),
                $"trust {run.Get(file)}", cancellationToken);
            await run.WriteLineAsync(run.Json ? JsonText.Compact(trusted.RootElement) : $"CA {JsonText.Cell(trusted.RootElement, "fingerprint")} is trusted: {run.Text(JsonText.Cell(trusted.RootElement, "subject"))}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Distrust(GlobalOptions options, Terminal terminal)
    {
        var authority = new Argument<string>("CA") { Description = "Its fingerprint" };
        var command = new Command("distrust", "Take certificates of another CA no longer; their connections end at once") { authority };
        CommandRun.Define(command, options, terminal, (run, cancellationToken) => ThingCommands.DeleteAsync(run, $"{Path}/{PathSegment.Encode(run.Get(authority))}", "CA", run.Get(authority), cancellationToken));
        return command;
    }

    private static ByteArrayContent Body(Action<Utf8JsonWriter> write) => DaemonClient.Body(
        System.Text.Encoding.UTF8.GetBytes(JsonText.Write(json =>
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        })),
        "application/json");
}
