using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests.AwsClients;

/// <summary>Devices that come with a claim, with AWS's own SDK and mosquitto's clients over mutual TLS, against the real daemon.</summary>
public sealed class FleetProvisioningTests
{
    private const string Template = "floor";

    private TemporaryFolder _folder = null!;
    private RoostDaemon _roost = null!;
    private int _port;

    [OneTimeSetUp]
    public async Task StartRoostAsync()
    {
        _folder = new TemporaryFolder();
        _roost = new RoostDaemon(_folder.Path, "");
        _port = FreePort.Next();
        Directory.CreateDirectory(_folder["conf.d"]);
        await File.WriteAllTextAsync(_folder["conf.d/robots.yaml"], $$"""
            mqtt:
              listeners:
                - { address: 127.0.0.1, port: {{_roost.MqttPort}}, anonymous: true }
                - { address: 127.0.0.1, port: {{_port}}, tls: {} }
            """);
        await _roost.StartAsync();
        await File.WriteAllTextAsync(_folder["template.json"], """
            {
              "Parameters": { "SerialNumber": { "Type": "String" } },
              "Resources": {
                "thing": { "Type": "AWS::IoT::Thing", "Properties": { "ThingName": { "Fn::Join": ["-", ["vac", { "Ref": "SerialNumber" }]] } } },
                "certificate": { "Type": "AWS::IoT::Certificate", "Properties": { "CertificateId": { "Ref": "AWS::IoT::Certificate::Id" }, "Status": "Active" } },
                "policy": { "Type": "AWS::IoT::Policy", "Properties": { "PolicyName": "thing-default" } }
              },
              "DeviceConfiguration": { "telemetry": "robots/telemetry" }
            }
            """);
        await _roost.RoostAsync("template", "create", Template, _folder["template.json"]);
        await _roost.RoostAsync("template", "claim", Template, "--out", _folder["claim"]);
    }

    [OneTimeTearDown]
    public async Task StopRoostAsync()
    {
        await _roost.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public Task Device_SDK_v2_gets_a_key_and_a_certificate_and_connects_with_them() => RunAsync("keys");

    [Test]
    public Task Device_SDK_v2_gets_a_certificate_for_its_own_key() => RunAsync("signingRequest");

    [Test]
    public async Task A_claim_may_do_nothing_else()
    {
        Assert.That(File.GetUnixFileMode(_folder["claim/claim.key"]), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));

        // The broker closes the connection of who publishes what he may not (3.1.1 has no other word for it), or MQTT 5 says so.
        await using var refused = RunningProcess.Start(
            "mosquitto_pub", "-h", "localhost", "-p", $"{_port}", "--cafile", _folder["claim/ca.crt"], "--cert", _folder["claim/claim.crt"], "--key", _folder["claim/claim.key"],
            "-V", "5", "-q", "1", "-i", "thief", "-t", "robots/vac-1/cmd", "-m", "x");
        await refused.WaitForExitAsync();

        Assert.That(string.Join('\n', refused.Output) + refused.Errors, Does.Contain("Not authorized").IgnoreCase);
        var entries = "";
        await Eventually.IsTrueAsync(async () => (entries = (await _roost.RoostAsync("--json", "audit", "list", "--action", "deny.publish")).Trim()).Length > 0, "the denial in the audit"); // denials are written a moment later
        using var denied = JsonDocument.Parse(entries.Split('\n')[^1]);
        Assert.That(denied.RootElement.GetProperty("clientId").GetString(), Is.EqualTo("thief"));
    }

    [Test]
    public async Task A_real_function_decides_who_is_provisioned_and_as_what()
    {
        Directory.CreateDirectory(_folder["gatekeeper"]);
        await File.WriteAllTextAsync(_folder["gatekeeper/function.yaml"], "runtime: python3.11\nhandler: main.handler\n");
        await File.WriteAllTextAsync(_folder["gatekeeper/main.py"], """
            def handler(event, context):
                serial = event["parameters"]["SerialNumber"]
                return {"allowProvisioning": serial.startswith("ok-"), "parameterOverrides": {"SerialNumber": serial[3:] + event["templateArn"][-7:]}}
            """);
        await _roost.RoostAsync("fn", "deploy", _folder["gatekeeper"]);
        await _roost.RoostAsync("fn", "invoke", "gatekeeper", """{"parameters":{"SerialNumber":"ok-"},"templateArn":""}"""); // its worker is warm: a hook has five seconds
        await _roost.RoostAsync("template", "create", "guarded", _folder["template.json"], "--hook", "gatekeeper");
        await _roost.RoostAsync("template", "claim", "guarded", "--out", _folder["guarded"]);

        await ScenarioRunner.RunAsync("aws-iot-device-sdk-v2", "fleet-provisioning.mjs", "hook", new
        {
            port = _port,
            template = "guarded",
            authority = _folder["guarded/ca.crt"],
            certificate = _folder["guarded/claim.crt"],
            key = _folder["guarded/claim.key"],
        });

        Assert.That(await _roost.RoostAsync("thing", "list"), Does.Contain("vac-7guarded").And.Not.Contain("stolen"));
        Assert.That(await _roost.RoostAsync("audit", "list", "--action", "deny.provision"), Does.Contain("the hook 'gatekeeper' has not allowed it"));
    }

    [Test]
    public async Task All_of_it_is_in_an_audit_that_is_whole()
    {
        var actions = (await _roost.RoostAsync("--json", "audit", "list", "--max", "1000")).Trim().Split('\n').Select(line => JsonDocument.Parse(line).RootElement.GetProperty("action").GetString()).ToList();

        Assert.That(actions, Is.SupersetOf(new[] { "start", "template.create", "template.claim", "certificate.create", "certificate.activate", "policy.attach" }));
        Assert.That(await _roost.RoostAsync("audit", "verify"), Does.StartWith("whole:"));
    }

    private async Task RunAsync(string scenario)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await ScenarioRunner.RunAsync("aws-iot-device-sdk-v2", "fleet-provisioning.mjs", scenario, new
        {
            port = _port,
            template = Template,
            authority = _folder["claim/ca.crt"],
            certificate = _folder["claim/claim.crt"],
            key = _folder["claim/claim.key"],
            signingRequest = new CertificateRequest("CN=device", key, HashAlgorithmName.SHA256).CreateSigningRequestPem(),
            deviceKey = key.ExportPkcs8PrivateKeyPem(),
        });
    }
}
