using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Roost.Tests.Support;

namespace Roost.Cli.Tests;

/// <summary>Things, certificates, CAs, policies and the audit through the command line, against one daemon as it is built; what a credential is good for, HTTPS tells.</summary>
public sealed class RealIdentityTests
{
    private static readonly UnixFileMode s_ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private TemporaryFolder _folder = null!;
    private RunningProcess _daemon = null!;
    private int _https;

    [OneTimeSetUp]
    public async Task StartTheDaemonAsync()
    {
        _folder = new TemporaryFolder();
        _https = FreePort.Next();
        await File.WriteAllTextAsync(_folder["roost.yaml"], $$"""
            mqtt: { listeners: [ { port: {{FreePort.Next()}} } ] }
            http: { listeners: [ { address: 127.0.0.1, port: {{_https}}, tls: {} } ] }
            """);
        _daemon = RunningProcess.Start("dotnet", RealDaemonTests.Program(), "--config", _folder["roost.yaml"], "--data", _folder["data"]);
        await Eventually.IsTrueAsync(
            () => _daemon.HasExited || _daemon.Output.Any(static line => line.StartsWith("roost is ready", StringComparison.Ordinal)), () => $"roostd's ready line; {_daemon.Errors}");
        Assert.That(_daemon.HasExited, Is.False, () => _daemon.Errors);
        await DoneAsync("thing", "type", "create", "vacuum");
        await DoneAsync("group", "create", "robots");
    }

    [OneTimeTearDown]
    public async Task StopTheDaemonAsync()
    {
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_thing_is_added_with_files_that_let_it_in_to_what_is_its_own()
    {
        var added = await DoneAsync("thing", "add", "vac-1", "--type", "vacuum", "--group", "robots", "--attribute", "site=17", "--out", _folder["vac-1"]);

        Assert.That(added.Output, Does.Contain("thing vac-1 is registered").And.Contain(_folder["vac-1/vac-1.key"]).And.Contain("mosquitto_pub"));
        Assert.That(File.GetUnixFileMode(_folder["vac-1/vac-1.key"]), Is.EqualTo(s_ownerOnly));
        Assert.That((await PublishAsync("vac-1", "robots/vac-1/hello"), await PublishAsync("vac-1", "robots/vac-2/hello")), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.Forbidden)));
        Assert.That((await DoneAsync("thing", "show", "vac-1")).Output, Does.Match("type +vacuum").And.Match("groups +robots").And.Match("attributes +site=17").And.Contain("ACTIVE").And.Match("thing-default +thing/vac-1"));
        Assert.That((await RunAsync("thing", "add", "vac-1", "--out", _folder["again"])).Error, Does.Contain("vac-1"));
        Assert.That(Directory.Exists(_folder["again"]), Is.False, "what was refused leaves no files");
    }

    [Test]
    public async Task Things_are_imported_all_or_none_and_once()
    {
        await File.WriteAllTextAsync(_folder["bad.csv"], "name,type,groups\nok-1,vacuum,robots\nbad-1,mop,night\nbad 2,,\nok-1,,\nbad-3,,nogroup\ntoo-few\n");
        var refused = await RunAsync("thing", "import", _folder["bad.csv"], "--out", _folder["bad"]);
        var lines = refused.Error.TrimEnd().Split('\n').Select(static line => line.Split("bad.csv:")[^1]).ToList();
        Assert.That(lines.Select(static line => line[0]), Is.EqualTo("334567n"), refused.Error); // two faults of line 3, one of each other, and: nothing was done
        Assert.That(lines[0] + lines[1], Does.Contain("mop").And.Contain("night"));
        Assert.That(string.Concat(lines[2..6]), Does.Contain("bad 2").And.Contain("in line 2 already").And.Contain("nogroup").And.Contain("1 field,"));
        Assert.That((await DoneAsync("thing", "list")).Output, Does.Not.Contain("ok-1"));

        await File.WriteAllTextAsync(_folder["fleet.csv"], "name,type,groups,site\nfleet-1,vacuum,robots,3\nfleet-2,,,\n");
        Assert.That((await DoneAsync("thing", "import", _folder["fleet.csv"], "--out", _folder["fleet"])).Output, Does.StartWith("2 things added"));
        Assert.That((await DoneAsync("thing", "import", _folder["fleet.csv"], "--out", _folder["fleet"])).Output, Does.StartWith("0 things added, 2 were before"));

        Assert.That(await PublishAsync("fleet/fleet-2", "robots/fleet-2/hello", "fleet-2"), Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await DoneAsync("thing", "list", "--group", "robots")).Output, Does.Match("fleet-1 +vacuum +robots +site=3").And.Not.Contain("fleet-2"));
    }

    [Test]
    public async Task A_certificate_is_renewed_deactivated_and_revoked()
    {
        await DoneAsync("thing", "add", "old", "--out", _folder["old"]);
        await DoneAsync("cert", "renew", "old", "--out", _folder["new"]);
        Assert.That((await PublishAsync("old", "robots/old/a"), await PublishAsync("new", "robots/old/a", "old")), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.OK)), "both are good for a while");
        var listed = (await DoneAsync("cert", "list", "--thing", "old")).Output;
        Assert.That(listed.Split('\n'), Has.One.Match("ACTIVE .*replaced; ends"));
        var first = FingerprintOf("old", "old");
        Assert.That((await DoneAsync("cert", "show", first)).Output, Does.Contain("BEGIN CERTIFICATE").And.Contain(first));

        await DoneAsync("cert", "deactivate", first);
        Assert.That(await PublishAsync("old", "robots/old/a"), Is.EqualTo(HttpStatusCode.Forbidden));
        await DoneAsync("cert", "activate", first[..12]);
        Assert.That(await PublishAsync("old", "robots/old/a"), Is.EqualTo(HttpStatusCode.OK));
        await DoneAsync("cert", "revoke", first);
        Assert.That((await PublishAsync("old", "robots/old/a"), await PublishAsync("new", "robots/old/a", "old")), Is.EqualTo((HttpStatusCode.Forbidden, HttpStatusCode.OK)));
        Assert.That((await RunAsync("cert", "activate", first)).ExitCode, Is.EqualTo(ExitCode.Failed), "what is revoked stays so");
        await DoneAsync("cert", "revoke", "--thing", "old");
        Assert.That(await PublishAsync("new", "robots/old/a", "old"), Is.EqualTo(HttpStatusCode.Forbidden), "all of a stolen robot's");
        Assert.That((await RunAsync("cert", "revoke", "--thing", "old")).Error, Does.Contain("old has no certificate that is not revoked"));
        Assert.That((await RunAsync("cert", "revoke")).ExitCode, Is.EqualTo(ExitCode.Usage));
        Assert.That((await RunAsync("cert", "revoke", "0000")).Error, Does.Contain("no certificate that begins with 0000"));
    }

    [Test]
    public async Task Another_CA_is_trusted_with_a_certificate_of_it_and_no_more()
    {
        var (authority, device) = MakeAuthority("their");
        Assert.That(await PublishAsync("their", "robots/their/a"), Is.EqualTo(HttpStatusCode.Forbidden), "nobody knows it");
        var trusted = (await DoneAsync("ca", "trust", authority)).Output;
        var fingerprint = Regex.Match(trusted, "[0-9a-f]{64}", RegexOptions.None, TimeSpan.FromSeconds(1)).Value;
        await DoneAsync("thing", "add", "their", "--out", _folder["unused"]);
        await DoneAsync("cert", "register", device, "--thing", "their");

        Assert.That(await PublishAsync("their", "robots/their/a"), Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await DoneAsync("ca", "list")).Output, Does.Contain(fingerprint).And.Contain("their CA"));

        await DoneAsync("ca", "distrust", fingerprint);
        Assert.That(await PublishAsync("their", "robots/their/a"), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await DoneAsync("ca", "show")).Output, Does.Match("server names .*localhost"));
        Assert.That((await DoneAsync("ca", "csr")).Output, Does.Contain("BEGIN CERTIFICATE REQUEST"));
    }

    [Test]
    public async Task A_policy_is_checked_for_a_thing_a_certificate_and_a_user()
    {
        await DoneAsync("thing", "add", "checked", "--out", _folder["checked"]);
        await DoneWithAsync("correct horse battery\n", "user", "add", "ann", "--policy", "app-default");

        Assert.That((await DoneAsync("policy", "check", "checked", "publish", "robots/checked/a")).Output, Does.StartWith("allowed: iot:Publish on topic/robots/checked/a"));
        Assert.That((await DoneAsync("policy", "check", $"cert/{FingerprintOf("checked", "checked")}", "get-shadow", "checked")).Output, Does.StartWith("allowed"));
        Assert.That((await DoneAsync("policy", "check", "user/ann", "subscribe", "robots/+/telemetry")).Output, Does.StartWith("allowed"));
        var refused = await RunAsync("policy", "check", "checked", "publish", "robots/another/a");
        Assert.That((refused.ExitCode, refused.Output), Is.EqualTo((ExitCode.Failed, refused.Output)));
        Assert.That(refused.Output, Does.StartWith("not allowed").And.Contain("thing-default"));

        await File.WriteAllTextAsync(_folder["of-robots.json"], """{ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "iot:Publish", "Resource": "arn:aws:iot:*:*:topic/site/${roost:Connection.Thing.Groups}" } }""");
        await DoneAsync("policy", "create", "of-robots", _folder["of-robots.json"]);
        await DoneAsync("policy", "attach", "of-robots", "group/robots");
        await File.WriteAllTextAsync(_folder["beginner.json"], """{ "Version": "2012-10-17", "Statement": [ { "Effect": "Allow", "Action": "iot:Publish", "Resource": "arn:aws:iot:*:*:topic/site/+/#" }, { "Effect": "Allow", "Action": "iot:Subscribe", "Resource": "arn:aws:iot:*:*:topicfilter/site/+/#" } ] }""");
        const string Warning = "Mind: statement 1: topic/site/+/# is about no topic, as no topic has + or #. In policies * stands for any text: topic/site/*/*\n";
        Assert.That((await DoneAsync("policy", "validate", _folder["beginner.json"])).Output, Does.EndWith($"is a policy of 2 statements\n{Warning}"));
        Assert.That((await DoneAsync("policy", "create", "beginner", _folder["beginner.json"])).Output, Does.EndWith(Warning));
        Assert.That((await DoneAsync("policy", "check", "group/robots", "publish", "site/robots")).Output, Does.StartWith("allowed").And.Contain("as group/robots").And.Contain("of-robots (of group/robots)"));
        Assert.That((await RunAsync("policy", "check", "group/robots", "publish", "robots/x/a")).Output, Does.StartWith("not allowed"));
        Assert.That((await RunAsync("policy", "check", "ann", "publish", "a")).Error, Does.Contain("user/ann"));
        Assert.That((await RunAsync("policy", "check", "group/nobody", "publish", "a")).Error, Does.Contain("no group 'nobody'"));
    }

    [Test]
    public async Task The_audit_has_all_of_it_and_is_whole()
    {
        await DoneAsync("thing", "add", "noted", "--out", _folder["noted"]);
        await PublishAsync("noted", "robots/another/a");

        Assert.That((await DoneAsync("audit", "list", "--action", "thing.create")).Output, Does.Contain("on noted").And.Not.Contain("null"));
        await Eventually.IsTrueAsync(async () => (await DoneAsync("audit", "list", "--action", "deny.*", "--thing", "noted")).Output.Contains("robots/another/a", StringComparison.Ordinal), "the denial in the audit");
        Assert.That((await DoneAsync("audit", "verify")).Output, Does.StartWith("whole:"));
        Assert.That((await DoneAsync("audit", "key")).Output, Does.Contain("BEGIN PUBLIC KEY"));
    }

    [Test]
    public async Task A_template_whose_hook_is_not_there_is_refused_and_the_doctor_says_when_it_has_gone()
    {
        await File.WriteAllTextAsync(_folder["floor.json"], """{ "Parameters": { "S": { "Type": "String" } }, "Resources": { "thing": { "Type": "AWS::IoT::Thing", "Properties": { "ThingName": { "Ref": "S" } } }, "certificate": { "Type": "AWS::IoT::Certificate", "Properties": { "CertificateId": { "Ref": "AWS::IoT::Certificate::Id" } } } } }""");

        var refused = await RunAsync("template", "create", "floor", _folder["floor.json"], "--hook", "gatekeeper");
        Assert.That((refused.ExitCode, refused.Error.Contains("there is no function 'gatekeeper'", StringComparison.Ordinal)), Is.EqualTo((ExitCode.Failed, true)), refused.Error);

        Directory.CreateDirectory(_folder["gatekeeper"]);
        await File.WriteAllTextAsync(_folder["gatekeeper/function.yaml"], "runtime: python3.11\nhandler: main.handler\n");
        await File.WriteAllTextAsync(_folder["gatekeeper/main.py"], "def handler(event, context):\n    return {\"allowProvisioning\": True}\n");
        await DoneAsync("fn", "deploy", _folder["gatekeeper"]);
        await DoneAsync("template", "create", "floor", _folder["floor.json"], "--hook", "gatekeeper");
        await DoneAsync("fn", "delete", "gatekeeper");
        Assert.That((await DoneAsync("doctor")).Output, Does.Match("identity +weak .*Template floor asks function 'gatekeeper', which is not there"));
    }

    [Test]
    public async Task A_renewal_that_ends_sooner_says_so()
    {
        await DoneAsync("thing", "add", "brief", "--out", _folder["brief"]);

        Assert.That((await DoneAsync("cert", "renew", "brief", "--validity", "1d", "--out", _folder["brief-1"])).Output, Does.Match("Mind: without this the thing would have been let in until [0-9-]+, and now until [0-9-]+;"));
        Assert.That((await DoneAsync("cert", "renew", "brief", "--validity", "2d", "--out", _folder["brief-2"])).Output, Does.Not.Contain("Mind:").And.Contain("3 certificates of brief are good now"));
    }

    [Test]
    public async Task From_elsewhere_it_asks_over_TLS_with_the_gateways_CA_and_a_token()
    {
        await File.WriteAllTextAsync(_folder["ca.crt"], (await DoneAsync("ca", "export")).Output);
        var token = (await DoneAsync("token", "create", "desk", "--policy", "admin")).Output.Split('\n')[0];
        await File.WriteAllTextAsync(_folder["token"], $"{token}\n");
        var url = $"https://localhost:{_https}";
        var environment = new Dictionary<string, string> { ["ROOST_URL"] = url, ["ROOST_CACERT"] = _folder["ca.crt"], ["ROOST_TOKEN"] = token };

        Assert.That((await RoostRun.RunAsync(["status", "--url", url, "--cacert", _folder["ca.crt"], "--token-file", _folder["token"]])).Output, Does.Contain("listens on"));
        foreach (var command in new[] { "status", "doctor", "audit list", "client list", "fn list", "thing list", "audit verify" })
        {
            var run = await RoostRun.RunAsync(command.Split(' '), environment: environment);
            Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")), command);
        }

        Assert.That(await ErrorAsync("--cacert", _folder["ca.crt"]), Does.Contain("asks who you are; give a token with --token-file or $ROOST_TOKEN"));
        await File.WriteAllTextAsync(_folder["other-token"], "roost_nobodys");
        Assert.That(await ErrorAsync("--cacert", _folder["ca.crt"], "--token-file", _folder["other-token"]), Does.Contain("the token is not taken"));
        Assert.That(await ErrorAsync("--token-file", _folder["token"]), Does.Contain("of no CA that this machine trusts; run 'roost ca export > ca.crt'"));
        var (other, _) = MakeAuthority("other");
        Assert.That(await ErrorAsync("--cacert", other, "--token-file", _folder["token"]), Does.Contain("is not of the CA in the file"));
        Assert.That((await RoostRun.RunAsync(["status", "--url", $"https://127.0.0.2:{_https}", "--cacert", _folder["ca.crt"], "--token-file", _folder["token"]])).Error, Does.Contain("no daemon answers at").Or.Contain("its certificate is for "));

        async Task<string> ErrorAsync(params string[] arguments)
        {
            var run = await RoostRun.RunAsync(["status", "--url", url, .. arguments]);
            Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed));
            Assert.That(run.Error, Does.Not.Contain(token));
            return run.Error;
        }
    }

    [Test]
    public async Task The_audit_is_asked_for_an_age_and_says_what_may_have_been_meant()
    {
        Assert.That((await DoneAsync("audit", "list", "--since", "10m")).Output, Does.Contain("configuration"));
        Assert.That((await DoneAsync("audit", "list", "--principal", "vac-1")).Error, Does.Contain("principals are local, cert/FINGERPRINT, user/NAME").And.Contain("--thing vac-1"));
        Assert.That((await DoneAsync("audit", "list", "--action", "connect", "--since", "2030-01-01T00:00:00Z")).Error, Does.Contain("--action 'deny.*'"));
        Assert.That((await RunAsync("audit", "list", "--since", "soon")).ExitCode, Is.EqualTo(ExitCode.Usage));
    }

    [Test]
    public async Task The_doctor_finds_a_certificate_that_ends_soon()
    {
        await DoneAsync("thing", "add", "short-lived", "--validity", "1d", "--out", _folder["short-lived"]);

        var report = (await DoneAsync("doctor")).Output;

        Assert.That(report.Split('\n'), Has.One.Match("^credential +weak .*short-lived.*ends on .*renew"));
    }

    private Task<RoostRun> DoneAsync(params string[] arguments) => DoneWithAsync("", arguments);

    private async Task<RoostRun> DoneWithAsync(string input, params string[] arguments)
    {
        var run = await RoostRun.RunAsync([.. arguments, "--socket", _folder["data/run/roostd.sock"]], input);
        Assert.That(run.ExitCode, Is.Zero, $"{string.Join(' ', arguments)}: {run.Output}{run.Error}");
        return run;
    }

    private Task<RoostRun> RunAsync(params string[] arguments) => RoostRun.RunAsync([.. arguments, "--socket", _folder["data/run/roostd.sock"]]);

    /// <summary>As the thing whose files are in the folder.</summary>
    private async Task<HttpStatusCode> PublishAsync(string folder, string topic, string? name = null)
    {
        using var certificate = X509Certificate2.CreateFromPemFile(_folder[$"{folder}/{name ?? folder}.crt"], _folder[$"{folder}/{name ?? folder}.key"]);
        using var authority = X509Certificate2.CreateFromPem((await DoneAsync("ca", "export")).Output);
        using var client = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority }, RevocationMode = X509RevocationMode.NoCheck },
                LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate,
            },
        });
        using var content = new StringContent("hello", Encoding.UTF8, new MediaTypeHeaderValue("text/plain"));
        using var answer = await client.PostAsync($"https://localhost:{_https}/topics/{topic}?qos=1", content);
        return answer.StatusCode;
    }

    private string FingerprintOf(string folder, string name)
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(_folder[$"{folder}/{name}.crt"]);
        return certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();
    }

    /// <summary>A CA, and a device's certificate of it in a folder like that of a thing.</summary>
    private (string Authority, string Device) MakeAuthority(string name)
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name} CA", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = TimeProvider.System.GetUtcNow();
        using var authority = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(100));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var device = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        device.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        device.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        using var made = device.Create(authority, now.AddDays(-1), now.AddDays(50), [1, 2, 3, 4]);
        Directory.CreateDirectory(_folder[name]);
        File.WriteAllText(_folder[$"{name}-ca.pem"], authority.ExportCertificatePem());
        File.WriteAllText(_folder[$"{name}/{name}.crt"], made.ExportCertificatePem());
        File.WriteAllText(_folder[$"{name}/{name}.key"], key.ExportPkcs8PrivateKeyPem());
        return (_folder[$"{name}-ca.pem"], _folder[$"{name}/{name}.crt"]);
    }
}
