using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests;

/// <summary>Bad input from every side: a clear error for the one who sent it, and everybody else is served on.</summary>
public sealed class BadInputTests
{
    private TemporaryFolder _folder = null!;
    private RoostDaemon _roost = null!;
    private HttpClient _http = null!;

    [OneTimeSetUp]
    public async Task StartRoost()
    {
        _folder = new TemporaryFolder();
        _roost = new RoostDaemon(_folder.Path, $$"""
            functions: { folder: {{Programs.Root}}/tests/EndToEnd.Tests/functions }
            streams:
              telemetry: { full: drop-oldest }
            """);
        await _roost.StartAsync();
        _http = new HttpClient { BaseAddress = new Uri(_roost.Url) };
    }

    [OneTimeTearDown]
    public async Task StopRoost()
    {
        _http.Dispose();
        await _roost.DisposeAsync();
        _folder.Dispose();
    }

    [TearDown]
    public async Task EverybodyElseIsServed()
    {
        var robot = new Robot(_roost.MqttPort, "5");
        await using var listener = await robot.ListenAsync("still/here");
        await robot.PublishAsync("still/here", "yes");
        await listener.WaitForOutputAsync(line => line == "still/here yes", "a message through the broker after bad input");
        Assert.That((await _http.GetAsync("/healthz")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase(new byte[] { 0x00, 0x00 }, Description = "a reserved packet type")]
    [TestCase(new byte[] { 0x30, 0x02, 0x00, 0x00 }, Description = "a PUBLISH before CONNECT")]
    [TestCase(new byte[] { 0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F }, Description = "a remaining length of five bytes")]
    [TestCase(new byte[] { 0x10, 0x0E, 0x00, 0x04, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', 0x04, 0x03, 0x00, 0x3C, 0x00, 0x02, (byte)'a', (byte)'b' }, Description = "a reserved connect flag")]
    [TestCase(new byte[] { (byte)'G', (byte)'E', (byte)'T', (byte)' ', (byte)'/', (byte)'\r', (byte)'\n' }, Description = "HTTP on the MQTT port")]
    public async Task A_malformed_packet_ends_its_connection(byte[] bytes)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _roost.MqttPort);
        var stream = socket.GetStream();

        await stream.WriteAsync(bytes);

        var end = await Eventually.CompletesAsync(ReadToEndAsync(stream), "the broker to close the connection");
        Assert.That(end, Is.True);
    }

    [Test]
    public async Task Truncated_JSON_for_a_shadow_is_refused_over_HTTP()
    {
        var response = await _http.PostAsync("/things/vac-01/shadow", new StringContent("""{"state":{"desired":{"""));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(response.Headers.GetValues("x-amzn-ErrorType").Single(), Does.StartWith("InvalidRequestException"));
    }

    [Test]
    public async Task Truncated_JSON_for_a_shadow_is_refused_over_MQTT()
    {
        var robot = new Robot(_roost.MqttPort, "311");
        await using var rejected = await robot.ListenAsync("$aws/things/vac-01/shadow/update/rejected");

        await robot.PublishAsync("$aws/things/vac-01/shadow/update", """{"state":""");

        await rejected.WaitForOutputAsync(line => line.Contains("\"code\":400", StringComparison.Ordinal) && line.Contains("Invalid JSON", StringComparison.Ordinal), "update/rejected");
    }

    [Test]
    public async Task Truncated_JSON_for_a_stream_is_refused()
    {
        var response = await _http.PostAsync("/api/v1/streams/telemetry/records", new StringContent("""{"records":[""", Encoding.UTF8, "application/json"));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await MessageAsync(response), Does.Contain("JSON"));
    }

    [Test]
    public async Task An_unknown_function_is_named_in_the_error()
    {
        var response = await _http.PostAsync("/2015-03-31/functions/nobody/invocations", new StringContent("{}"));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(response.Headers.GetValues("x-amzn-ErrorType").Single(), Does.StartWith("ResourceNotFoundException"));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("nobody"));
    }

    [Test]
    public async Task An_unknown_stream_is_named_in_the_error()
    {
        var response = await _http.PostAsync("/api/v1/streams/nobody/records", new StringContent("{}", Encoding.UTF8, "application/json"));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await MessageAsync(response), Does.Contain("nobody").And.Contain("telemetry"));
    }

    [TestCase("crashes", "exit")]
    [TestCase("hangs", "Task timed out after 1.00 seconds")]
    [TestCase("returns", "exceeded maximum allowed payload size")]
    public async Task A_function_that_fails_says_how(string function, string expected)
    {
        var response = await _http.PostAsync($"/2015-03-31/functions/{function}/invocations", new StringContent("{}"));
        var body = await response.Content.ReadAsStringAsync();

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), body);
        Assert.That(response.Headers.GetValues("X-Amz-Function-Error").Single(), Is.EqualTo("Unhandled"));
        Assert.That(body, Does.Contain(expected));
    }

    [Test]
    public async Task A_function_that_prints_100_MB_is_answered_and_its_log_stays_small()
    {
        var response = await _http.PostAsync("/2015-03-31/functions/prints/invocations", new StringContent("{}"));

        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("\"printed\""));
        Assert.That(FolderBytes(_folder["data"]), Is.LessThan(64 * 1024 * 1024));
    }

    [Test]
    public async Task A_port_in_use_is_explained_before_anything_starts()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["roost.yaml"], $$"""
            mqtt: { listeners: [ { address: 127.0.0.1, port: {{_roost.MqttPort}}, anonymous: true } ] }
            http: { listeners: [ { address: 127.0.0.1, port: {{FreePort.Next()}} } ] }
            """);

        await using var second = RunningProcess.Start(Programs.Roostd, "--config", folder["roost.yaml"], "--data", folder["data"]);
        var code = await second.WaitForExitAsync();

        Assert.That(code, Is.Not.Zero);
        Assert.That(second.Errors + string.Join('\n', second.Output), Does.Contain($"127.0.0.1:{_roost.MqttPort}").And.Contain("in use").And.Contain("mqtt.listeners"));
    }

    [Test]
    public async Task Three_faults_of_a_configuration_are_reported_at_once()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["roost.yaml"], """
            mqtt:
              listners: []
              limits: { max-packet: 256 parsecs }
            streams:
              telemetry: { full: explode }
            """);

        await using var roostd = RunningProcess.Start(Programs.Roostd, "--check-config", "--config", folder["roost.yaml"]);
        var code = await roostd.WaitForExitAsync();
        var said = roostd.Errors + string.Join('\n', roostd.Output);

        Assert.That(code, Is.EqualTo(2), said);
        Assert.That(said, Does.Contain("roost.yaml:2").And.Contain("listners").And.Contain("listeners"));
        Assert.That(said, Does.Contain("roost.yaml:3").And.Contain("parsecs"));
        Assert.That(said, Does.Contain("roost.yaml:5").And.Contain("explode").And.Contain("drop-oldest"));
    }

    private static async Task<string> MessageAsync(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("message").GetString()!;

    private static long FolderBytes(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.LinkTarget is null).Sum(file => file.Length);

    private static async Task<bool> ReadToEndAsync(NetworkStream stream)
    {
        var buffer = new byte[256];
        try
        {
            while (await stream.ReadAsync(buffer) > 0)
            {
                // An MQTT 5 peer would be told the reason first.
            }
        }
        catch (IOException)
        {
            // A reset ends the connection as well.
        }

        return true;
    }
}
