using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests.AwsClients;

/// <summary>Robots with certificates of the gateway, over the listener that it has by itself.</summary>
public sealed class GatewayIdentityTests
{
    private readonly HttpClient _http = new();
    private TemporaryFolder _folder = null!;
    private RoostDaemon _roost = null!;
    private int _port;
    private int _httpsPort;

    [OneTimeSetUp]
    public async Task StartRoostAsync()
    {
        _folder = new TemporaryFolder();
        _roost = new RoostDaemon(_folder.Path, "");
        _port = FreePort.Next();
        _httpsPort = FreePort.Next();
        Directory.CreateDirectory(_folder["conf.d"]);
        await File.WriteAllTextAsync(_folder["conf.d/robots.yaml"], $$"""
            mqtt:
              listeners:
                - { address: 127.0.0.1, port: {{_roost.MqttPort}} }
                - { address: 127.0.0.1, port: {{_port}}, tls: {}, anonymous: false }
            http:
              listeners:
                - { address: 127.0.0.1, port: {{_roost.HttpPort}} }
                - { address: 127.0.0.1, port: {{_httpsPort}}, tls: {} }
            """);
        await _roost.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopRoostAsync()
    {
        _http.Dispose();
        await _roost.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase(311)]
    [TestCase(5)]
    public async Task Device_SDK_v2_uses_its_own_shadow_by_mutual_TLS(int version)
    {
        var name = $"sdk-{version}";
        await ScenarioRunner.RunAsync("aws-iot-device-sdk-v2", "device-sdk-v2.mjs", "requestResponse", new
        {
            version,
            way = "tls",
            port = _port,
            tls = await AddThingAsync(name),
            clientId = name,
            thing = name,
        });
    }

    [TestCase(4)]
    [TestCase(5)]
    public async Task Mqtt_js_is_let_in_by_its_certificate_and_cut_off_by_its_revocation(int version)
    {
        var name = $"js-{version}";
        var files = await AddThingAsync(name);
        await ScenarioRunner.RunAsync("mqtt", "mqtt-js.mjs", "revoked", new { version, port = _port, tls = files, clientId = name, url = _roost.Url });
    }

    [TestCase(4)]
    [TestCase(5)]
    public async Task Mqtt_js_is_let_in_by_its_certificate_in_a_WebSocket_and_cut_off_by_its_revocation(int version)
    {
        var name = $"wss-{version}";
        var files = await AddThingAsync(name);
        await ScenarioRunner.RunAsync("mqtt", "mqtt-js.mjs", "revoked", new { version, port = _httpsPort, path = "/mqtt", tls = files, clientId = name, url = _roost.Url });
    }

    [TestCase(4)]
    [TestCase(5)]
    public async Task Mqtt_js_is_let_in_by_a_bearer_token_in_a_WebSocket_and_cut_off_by_its_revocation(int version)
    {
        var name = $"app-{version}";
        var files = await AddThingAsync(name);
        using var answer = await _http.PostAsJsonAsync($"{_roost.Url}/api/v1/tokens", new { name, thing = name });
        using var made = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        await ScenarioRunner.RunAsync("mqtt", "mqtt-js.mjs", "revoked", new
        {
            version,
            port = _httpsPort,
            path = "/mqtt",
            tls = new { authority = files.Authority },
            token = made.RootElement.GetProperty("token").GetString(),
            tokenId = made.RootElement.GetProperty("id").GetString(),
            clientId = name,
            url = _roost.Url,
        });
    }

    [Test]
    public async Task The_example_pairs_by_the_code_and_is_let_in_by_its_token()
    {
        using var pairing = JsonDocument.Parse(await _roost.RoostAsync("--json", "app", "pair", "--name", "example"));
        var code = pairing.RootElement.GetProperty("code").GetString()!;
        var program = Path.Combine(Programs.Root, "examples/pairing/pair.py");

        var token = (await RunningProcess.RunAsync("sh", "-c", "cd \"$0\" && exec python3 -B \"$@\"", _folder.Path, program, "localhost", $"{_httpsPort}", code)).Trim();

        Assert.That(await RunningProcess.RunAsync("curl", "-sS", "--cacert", _folder["ca.crt"], "-H", $"Authorization: Bearer {token}", $"https://localhost:{_httpsPort}/things/nobody/shadow", "-o", "/dev/null", "-w", "%{http_code}"), Is.EqualTo("404"), "let in, and there is no such shadow");
        await using var again = RunningProcess.Start("python3", "-B", program, "localhost", $"{_httpsPort}", code);
        Assert.That(await again.WaitForExitAsync(), Is.EqualTo(1));
        Assert.That(again.Errors, Does.Contain("The code is wrong, was used"));
    }

    [Test]
    public async Task The_log_says_why_a_client_was_refused_and_the_client_is_not_told()
    {
        var files = await AddThingAsync("known");
        await using var other = RunningProcess.Start(
            "mosquitto_pub", "-h", "localhost", "-p", $"{_port}", "--cafile", files.Authority, "--cert", files.Certificate, "--key", files.Key, "-V", "5", "-q", "1", "-i", "another", "-t", "robots/known/a", "-m", "x");
        Assert.That(await other.WaitForExitAsync(), Is.Not.Zero);

        await Eventually.IsTrueAsync(() => _roost.Process.Errors.Contains("another at ", StringComparison.Ordinal), "the line in the log");
        Assert.That(_roost.Process.Errors.Split('\n').Single(line => line.Contains("another at ", StringComparison.Ordinal)), Does.Match("was refused: .*: iot:Connect on client/another: No policy allows iot:Connect on client/another\\.$"));
        Assert.That(other.Errors + string.Join('\n', other.Output), Does.Not.Contain("policy allows"));
    }

    private async Task<RobotFiles> AddThingAsync(string name)
    {
        using var answer = await _http.PostAsJsonAsync($"{_roost.Url}/api/v1/registry/things", new { name });
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.IsSuccessStatusCode, text);
        using var json = JsonDocument.Parse(text);
        var issued = json.RootElement.GetProperty("certificate");
        return new RobotFiles(Write("crt", "pem"), Write("key", "privateKey"), Write("ca", "authority"), issued.GetProperty("fingerprint").GetString()!);

        string Write(string extension, string member)
        {
            var file = _folder[$"{name}.{extension}"];
            File.WriteAllText(file, issued.GetProperty(member).GetString());
            return file;
        }
    }

    private sealed record RobotFiles(
        [property: JsonPropertyName("certificate")] string Certificate,
        [property: JsonPropertyName("key")] string Key,
        [property: JsonPropertyName("authority")] string Authority,
        [property: JsonPropertyName("fingerprint")] string Fingerprint);
}
