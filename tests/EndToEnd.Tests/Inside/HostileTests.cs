using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests.Inside;

/// <summary>Functions that want more than their grants, or more than their share.</summary>
public sealed class HostileTests
{
    private InsideDaemon _daemon = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _daemon = new InsideDaemon();
        _daemon.Prober("prober", "grants: [ { publish: mine }, { shadow: mine, allow: [get, update] }, { stream: runs, allow: [append] } ]");
        _daemon.Prober("sharer", "network: full\ngrants: [ { publish: mine } ]");
        _daemon.Python("greedy", "grants: [ { retained: \"#\" } ]", """
            import os, socket

            def handler(event, context):
                host, port = os.environ["ROOST_ENDPOINT"].removeprefix("http://").split(":")
                held = [socket.create_connection((host, int(port))) for _ in range(40)]
                served = 0
                for connection in held:
                    connection.settimeout(10)
                    try:
                        connection.sendall(b"GET /retainedMessage HTTP/1.1\r\nHost: x\r\n\r\n")
                        served += connection.recv(4096).startswith(b"HTTP/1.1 200")
                    except OSError:
                        pass
                return served
            """);
        _daemon.Python("loop", "triggers: [ { topic: \"loop/#\" } ]\ngrants: [ { publish: \"loop/#\" }, { stream: runs, allow: [append] } ]", """
            import os, urllib.request

            def post(path, body):
                urllib.request.urlopen(urllib.request.Request(os.environ["ROOST_ENDPOINT"] + path, data=body, headers={"Content-Type": "text/plain"})).read()

            def handler(event, context):
                post("/api/v1/streams/runs/records", b"ran")
                post("/topics/loop%2Fagain?qos=1", b"{}")
            """);
        await _daemon.StartAsync("streams: { runs: {} }");
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _daemon.DisposeAsync();

    [Test]
    public async Task A_second_request_that_hides_in_the_first_has_no_more_rights()
    {
        const string Hidden = "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

        var pipelined = await _daemon.SendAsync("prober", $"GET /things/mine/shadow HTTP/1.1\r\nHost: x\r\n\r\n{Hidden}");
        var smuggled = await _daemon.SendAsync("prober", $"POST /topics/mine HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{Hidden}");

        Assert.That(pipelined, Does.StartWith("HTTP/1.1 404").And.Contain("HTTP/1.1 403"));
        Assert.That(smuggled, Does.StartWith("HTTP/1.1 200").And.Contain("Connection: close")); // the chunked body, and the end
        Assert.That(smuggled.Split("HTTP/1.1 "), Has.Length.EqualTo(2));
    }

    [TestCase("GET http://127.0.0.1/metrics HTTP/1.1\r\nHost: 127.0.0.1", "400")]
    [TestCase("POST http://x/topics/mine HTTP/1.1\r\nHost: x", "400")]
    [TestCase("GET /mqtt HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: mqtt", "403")]
    [TestCase("GET /things/mine/shadow/../../../metrics HTTP/1.1\r\nHost: x", "400")]
    [TestCase("GET /things/mine/shadow%2f..%2f..%2f..%2fmetrics HTTP/1.1\r\nHost: x", "403")]
    [TestCase("GET /things/%2e%2e/%2e%2e/metrics HTTP/1.1\r\nHost: x", "400")]
    [TestCase("GET /metrics HTTP/1.1\r\nHost: localhost:8088\r\nX-Original-URL: /things/mine/shadow\r\nX-Forwarded-For: 127.0.0.1", "403")]
    [TestCase("CONNECT 127.0.0.1:1883 HTTP/1.1\r\nHost: 127.0.0.1:1883", "400")]
    public async Task A_request_in_disguise_is_refused(string head, string status) =>
        Assert.That(await _daemon.SendAsync("prober", $"{head}{(head.Contains("close", StringComparison.Ordinal) ? "" : "\r\nConnection: close")}\r\n\r\n"), Does.StartWith($"HTTP/1.1 {status}"));

    [Test]
    public async Task A_head_or_a_body_that_is_too_large_is_refused()
    {
        Assert.That(await _daemon.AskAsync("prober", "GET /things/mine/shadow", headers: $"X-Filler: {new string('x', 40_000)}\r\n"), Does.StartWith("HTTP/1.1 431"));
        Assert.That(await _daemon.AskAsync("prober", $"GET /topics/{new string('x', 9000)}"), Does.StartWith("HTTP/1.1 414"));
        Assert.That(await _daemon.SendAsync("prober", "POST /topics/mine HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 99999999\r\n\r\n"), Does.StartWith("HTTP/1.1 413"));
        Assert.That(await _daemon.AskAsync("prober", "POST /things/mine/shadow", new string('x', 300_000)), Does.StartWith("HTTP/1.1 413").And.Contain("RequestEntityTooLargeException"));
    }

    [Test]
    public async Task More_connections_than_a_worker_may_have_are_not_served_and_others_are()
    {
        var served = await _daemon.InvokeAsync("greedy", new { });

        Assert.That(served.GetInt32(), Is.InRange(1, 16));
        Assert.That(await _daemon.AskAsync("prober", "GET /things/mine/shadow"), Does.StartWith("HTTP/1.1 404"));
    }

    [Test]
    public async Task In_the_machines_own_network_the_port_asks_for_the_workers_token()
    {
        var variables = await _daemon.InvokeAsync("sharer", new { variables = true });
        var token = variables.GetProperty("AWS_SESSION_TOKEN").GetString();

        Assert.That(await AskPortAsync(variables, ""), Does.StartWith("HTTP/1.1 403").And.Contain("UnrecognizedClientException"));
        Assert.That(await AskPortAsync(variables, $"X-Amz-Security-Token: {token}x\r\n"), Does.StartWith("HTTP/1.1 403"));
        Assert.That(await AskPortAsync(variables, $"X-Amz-Security-Token: {token}\r\n"), Does.StartWith("HTTP/1.1 200"));
    }

    [Test]
    public async Task A_function_that_publishes_to_its_own_trigger_is_stopped_after_sixteen_runs()
    {
        await _daemon.PublishAsync("loop/begin", "{}", "qos=1");

        await Eventually.IsTrueAsync(
            async () => (await _daemon.GetAsync("/metrics")).Contains("roost_functions_loops_stopped_total{function=\"loop\"} 1", StringComparison.Ordinal), "the loop's end");
        var runs = await _daemon.GetAsync("/api/v1/streams/runs/records");
        Assert.That(runs.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(16));
    }

    /// <summary>As another program of the machine.</summary>
    private static async Task<string> AskPortAsync(JsonElement variables, string header)
    {
        using var client = new TcpClient();
        var address = new Uri(variables.GetProperty("ROOST_ENDPOINT").GetString()!);
        await client.ConnectAsync(address.Host, address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST /topics/mine HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n{header}\r\n"));
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync();
    }
}
