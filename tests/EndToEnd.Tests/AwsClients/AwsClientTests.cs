using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests.AwsClients;

/// <summary>
/// AWS's own clients, unmodified, with only their endpoint changed: they must not be able to tell Roost's shadows and data plane from AWS
/// IoT's. What they do and expect is in <c>scenarios/</c>.
/// </summary>
public sealed class AwsClientTests
{
    private TemporaryFolder _folder = null!;
    private FleetCertificates _certificates = null!;
    private RoostDaemon _roost = null!;
    private int _tlsPort;
    private int _webSocketPort;

    [OneTimeSetUp]
    public async Task StartRoostAsync()
    {
        _folder = new TemporaryFolder();
        _certificates = new FleetCertificates(_folder["certificates"]);
        _roost = new RoostDaemon(_folder.Path, "");
        (_tlsPort, _webSocketPort) = (FreePort.Next(), FreePort.Next());
        Directory.CreateDirectory(_folder["conf.d"]);
        await File.WriteAllTextAsync(_folder["conf.d/robots.yaml"], $$"""
            mqtt:
              listeners:
                - { address: 127.0.0.1, port: {{_roost.MqttPort}}, anonymous: true }
                - address: 127.0.0.1
                  port: {{_tlsPort}}
                  anonymous: true
                  tls:
                    certificate: {{_certificates.Certificate("gateway")}}
                    key: {{_certificates.Key("gateway")}}
                    client-ca: {{_certificates.Authority}}
                    require-client-certificate: true
                - address: 127.0.0.1
                  port: {{_webSocketPort}}
                  anonymous: true
                  websocket: true
                  tls: { certificate: {{_certificates.Certificate("gateway")}}, key: {{_certificates.Key("gateway")}} }
            """);
        await _roost.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopRoostAsync()
    {
        await _roost.DisposeAsync();
        _certificates.Dispose();
        _folder.Dispose();
    }

    // The ways differ below MQTT, the shadows above it: each is met by each version and client, but not by each other.
    [Test]
    public Task Device_SDK_v2_uses_shadows(
        [Values(311, 5)] int version, [Values("requestResponse", "publishSubscribe")] string client, [Values("tcp", "tls", "wss")] string way)
    {
        var name = $"v2-{version}-{client}-{way}";
        return ScenarioRunner.RunAsync("aws-iot-device-sdk-v2", "device-sdk-v2.mjs", client, new
        {
            version,
            way,
            port = PortFor(way),
            tls = Robot,
            clientId = name,
            thing = name,
            shadow = way == "tls" ? "mode:1_$-" : null,
        });
    }

    [Test]
    public Task Device_SDK_v1_uses_thingShadow([Values("tls", "wss")] string way) => ScenarioRunner.RunAsync(
        "aws-iot-device-sdk",
        "device-sdk-v1.mjs",
        "thingShadow",
        new { way, port = PortFor(way), tls = Robot, clientId = $"vac-{way}", thing = $"v1:{way}", url = _roost.Url },
        ("NODE_EXTRA_CA_CERTS", _certificates.Authority)); // its WebSocket takes no authority of its own

    [TestCase("shadows")]
    [TestCase("named")]
    [TestCase("exceptions")]
    [TestCase("publish")]
    [TestCase("retained")]
    [TestCase("connections")]
    public Task Data_plane_SDK_is_answered_as_by_AWS(string scenario) => ScenarioRunner.RunAsync("@aws-sdk/client-iot-data-plane", "data-plane.mjs", scenario, new
    {
        url = _roost.Url,
        port = _roost.MqttPort,
        clientId = $"app-{scenario}",
        thing = $"rest-{scenario}",
    });

    [Test]
    public async Task Boto3_is_answered_as_by_AWS()
    {
        if (!Directory.Exists("/usr/lib/python3/dist-packages/boto3"))
        {
            Assert.Ignore("Debian's python3-boto3 is not installed.");
        }

        await RunningProcess.RunAsync("/usr/bin/python3", "-B", Path.Combine(Programs.Root, "tests/EndToEnd.Tests/AwsClients/scenarios/boto3_shadows.py"), _roost.Url, "boto3");
    }

    [Test]
    public async Task A_thing_that_gets_too_many_requests_is_throttled_as_by_AWS()
    {
        using var folder = new TemporaryFolder();
        await using var roost = new RoostDaemon(folder.Path, "shadows: { max-inflight: 10, rate-per-thing: 5 }");
        await roost.StartAsync();

        await ScenarioRunner.RunAsync("@aws-sdk/client-iot-data-plane", "data-plane.mjs", "throttled", new { url = roost.Url, thing = "busy" });
    }

    private int PortFor(string way) => way switch { "tls" => _tlsPort, "wss" => _webSocketPort, _ => _roost.MqttPort };

    private object Robot => new { certificate = _certificates.Certificate("robot"), key = _certificates.Key("robot"), authority = _certificates.Authority };
}
