using System.CommandLine;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;
using Roost.Cli.Things;

namespace Roost.Cli.Commands;

/// <summary><c>roost cert</c>.</summary>
internal static class CertificateCommands
{
    private const string Path = "/api/v1/certificates";
    private const int FingerprintChars = 64;

    public static Command Create(GlobalOptions options, Terminal terminal) => new("cert", "Client certificates")
    {
        List(options, terminal),
        Show(options, terminal),
        Status("activate", "Let a certificate's holder in", "ACTIVE", "is active", options, terminal),
        Status("deactivate", "Let its holder in no longer, until it is activated; its connections end at once", "INACTIVE", "is inactive", options, terminal),
        CertificateRevokeCommand.Create(options, terminal),
        Delete(options, terminal),
        Register(options, terminal),
        Renew(options, terminal),
    };

    internal static Table TableOf(IEnumerable<JsonElement> certificates)
    {
        var table = new Table("CERTIFICATE", "THING", "STATUS", "UNTIL", "NOTE");
        foreach (var certificate in certificates)
        {
            table.Add(
                JsonText.Cell(certificate, "fingerprint"), JsonText.Cell(certificate, "thing"), JsonText.Cell(certificate, "status"), JsonText.Time(certificate, "notAfter")[..10],
                JsonText.Cell(certificate, "endsAt").Length > 0 ? $"replaced; ends {JsonText.Time(certificate, "endsAt")[..10]}" : JsonText.Cell(certificate, "authorityFingerprint").Length == 0 ? "without its CA" : "");
        }

        return table;
    }

    private static Command List(GlobalOptions options, Terminal terminal)
    {
        var thing = new Option<string?>("--thing") { Description = "Of this thing", HelpName = "NAME" };
        var status = new Option<string?>("--status") { Description = "With this status", HelpName = "active|inactive|pending_activation|revoked" };
        var command = new Command("list", "All certificates") { thing, status };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var query = string.Join('&', new[] { ("thing", run.Get(thing)), ("status", run.Get(status)) }
                .Where(static pair => pair.Item2 is not null).Select(static pair => $"{pair.Item1}={Uri.EscapeDataString(pair.Item2!)}"));
            var found = new List<JsonElement>();
            await foreach (var certificate in Pages.ReadAsync(run.Daemon, query.Length == 0 ? Path : $"{Path}?{query}", "certificates", "list of certificates", cancellationToken, "pageSize"))
            {
                if (run.Json)
                {
                    await run.WriteJsonAsync(certificate);
                }
                else
                {
                    found.Add(certificate.Clone());
                }
            }

            if (!run.Json)
            {
                run.Write(TableOf(found));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command Show(GlobalOptions options, Terminal terminal)
    {
        var certificate = Fingerprint();
        var command = new Command("show", "A certificate, with its PEM") { certificate };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var shown = await run.Daemon.GetJsonAsync($"{Path}/{await FindAsync(run, run.Get(certificate), cancellationToken)}", "certificate", cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(shown.RootElement);
                return ExitCode.Done;
            }

            run.Write(TableOf([shown.RootElement]));
            await run.WriteLineAsync($"subject {run.Text(JsonText.Cell(shown.RootElement, "subject"))}, serial {JsonText.Cell(shown.RootElement, "serial")}\n{JsonText.Cell(shown.RootElement, "pem").TrimEnd()}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Status(string verb, string description, string status, string done, GlobalOptions options, Terminal terminal)
    {
        var certificate = Fingerprint();
        var command = new Command(verb, description) { certificate };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var found = await FindAsync(run, run.Get(certificate), cancellationToken);
            using var changed = await run.Daemon.SendJsonAsync(HttpMethod.Patch, $"{Path}/{found}", Body(json => json.WriteString("status", status)), $"{verb} {found}", cancellationToken);
            await run.WriteLineAsync(run.Json ? JsonText.Compact(changed.RootElement) : $"certificate {found} {done}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Delete(GlobalOptions options, Terminal terminal)
    {
        var certificate = Fingerprint();
        var command = new Command("delete", "Forget a certificate, which lets nobody in then; its connections end at once") { certificate };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var found = await FindAsync(run, run.Get(certificate), cancellationToken);
            return await ThingCommands.DeleteAsync(run, $"{Path}/{found}", "certificate", found, cancellationToken);
        });
        return command;
    }

    private static Command Register(GlobalOptions options, Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "A certificate in PEM that others have made, of AWS IoT for instance" };
        var thing = new Option<string?>("--thing") { Description = "Whose it is", HelpName = "NAME" };
        var command = new Command("register", "Take a certificate as it is, with or without its CA") { file, thing };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var pem = await InputFile.ReadAsync(terminal, run.Get(file), cancellationToken);
            using var registered = await run.Daemon.SendJsonAsync(
                HttpMethod.Post, $"{Path}/register",
                Body(json =>
                {
                    json.WriteString("certificate", pem);
                    ThingJson.WriteText(json, "thing", run.Get(thing));
                }),
                $"register {run.Get(file)}", cancellationToken);
            await run.WriteLineAsync(run.Json ? JsonText.Compact(registered.RootElement)
                : $"certificate {JsonText.Cell(registered.RootElement, "fingerprint")} is registered and active{(run.Get(thing) is null ? "; it has no thing, so attach a policy: roost policy attach POLICY " + JsonText.Cell(registered.RootElement, "principal") : "")}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Renew(GlobalOptions options, Terminal terminal)
    {
        var thing = new Argument<string>("THING") { Description = "Name of the thing" };
        var request = new Option<string?>("--csr") { Description = "A signing request of the thing's own key, in PEM; else the gateway makes the key, and keeps it nowhere", HelpName = "FILE" };
        var validity = new Option<string?>("--validity") { Description = "How long it is good; default: identity.certificates.validity", HelpName = "365d" };
        var target = new Option<string?>("--out") { Description = "Folder for NAME.crt, NAME.key and ca.crt; default ./NAME-renewed", HelpName = "DIR" };
        var command = new Command("renew", "Give a thing another certificate; those that it has are good for a while (identity.certificates.overlap)") { thing, request, validity, target };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var name = run.Get(thing);
            var csr = run.Get(request) is { } file ? await InputFile.ReadAsync(terminal, file, cancellationToken) : null;
            using var files = ThingFiles.Open(System.IO.Path.GetFullPath(run.Get(target) ?? ThingFiles.FileName(name) + "-renewed", terminal.Folder), name, withKey: csr is null);
            var former = await OfThingAsync(run, name, "ACTIVE", cancellationToken);
            using var issued = await run.Daemon.SendJsonAsync(
                HttpMethod.Post, $"{Path}/renew",
                Body(json =>
                {
                    json.WriteString("thing", name);
                    ThingJson.WriteText(json, "signingRequest", csr);
                    ThingJson.WriteText(json, "validity", run.Get(validity));
                }),
                $"renew {name}", cancellationToken);
            files.Write(JsonText.Cell(issued.RootElement, "pem"), JsonText.Cell(issued.RootElement, "authority"), csr is null ? JsonText.Cell(issued.RootElement, "privateKey") : null);
            await run.WriteLineAsync(run.Json
                ? JsonText.Write(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("fingerprint", JsonText.Cell(issued.RootElement, "fingerprint"));
                    json.WriteString("certificateFile", files.Certificate);
                    json.WriteEndObject();
                })
                : $"thing {name} has certificate {JsonText.Cell(issued.RootElement, "fingerprint")}, good until {JsonText.Time(issued.RootElement, "notAfter")[..10]}\n  {files.Certificate}{(csr is null ? $"\n  {files.Key} (the only copy: nobody else may read it)" : "")}\nPut them on it before the former ones end: roost cert list --thing {name}");
            if (!run.Json)
            {
                await WarnAsync(run, name, former, issued.RootElement);
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Those of one thing with one status.</summary>
    internal static async Task<List<JsonElement>> OfThingAsync(CommandRun run, string thing, string status, CancellationToken cancellationToken)
    {
        var found = new List<JsonElement>();
        await foreach (var certificate in Pages.ReadAsync(run.Daemon, $"{Path}?thing={PathSegment.Encode(thing)}&status={status}", "certificates", "list of certificates", cancellationToken, "pageSize"))
        {
            found.Add(certificate.Clone());
        }

        return found;
    }

    /// <summary>The former ones are good for a while only: a new one with a shorter life brings the thing's end nearer.</summary>
    private static async Task WarnAsync(CommandRun run, string name, List<JsonElement> former, JsonElement issued)
    {
        var before = former.Where(static certificate => JsonText.Cell(certificate, "endsAt").Length == 0).Select(static certificate => JsonText.Time(certificate, "notAfter")).Max(StringComparer.Ordinal);
        var until = JsonText.Time(issued, "notAfter");
        if (before is not null && string.CompareOrdinal(until, before) < 0)
        {
            await run.WriteLineAsync($"Mind: without this the thing would have been let in until {before[..10]}, and now until {until[..10]}; renew it again before then, or without --validity.");
        }

        if (former.Count > 1)
        {
            await run.WriteLineAsync($"{former.Count + 1} certificates of {name} are good now; 'roost cert revoke' ends those that are not used.");
        }
    }

    /// <summary>A fingerprint may be cut short where it names one certificate only.</summary>
    internal static async Task<string> FindAsync(CommandRun run, string given, CancellationToken cancellationToken)
    {
        var start = given.StartsWith("cert/", StringComparison.Ordinal) ? given["cert/".Length..] : given;
        if (start.Length >= FingerprintChars)
        {
            return PathSegment.Encode(start);
        }

        var found = new List<string>();
        await foreach (var certificate in Pages.ReadAsync(run.Daemon, Path, "certificates", "list of certificates", cancellationToken, "pageSize"))
        {
            if (JsonText.Cell(certificate, "fingerprint") is var fingerprint && fingerprint.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            {
                found.Add(fingerprint);
            }
        }

        return found.Count == 1 ? found[0] : throw new DaemonException(found.Count == 0 ? $"there is no certificate that begins with {given}; 'roost cert list' shows those that there are" : $"{found.Count} certificates begin with {given}; give more of it");
    }

    private static ByteArrayContent Body(Action<Utf8JsonWriter> write) => DaemonClient.Body(
        System.Text.Encoding.UTF8.GetBytes(JsonText.Write(json =>
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        })),
        "application/json");

    private static Argument<string> Fingerprint() => new("CERTIFICATE") { Description = "Its fingerprint, or the beginning of it" };
}
