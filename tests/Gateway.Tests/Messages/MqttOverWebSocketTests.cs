using System.Net;
using System.Net.WebSockets;
using System.Text;
using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Messages;

/// <summary><c>/mqtt</c> on the addresses of HTTP, and the other kinds of listeners as the daemon shows them.</summary>
public sealed class MqttOverWebSocketTests
{
    private TemporaryFolder _folder = null!;
    private DaemonProcess _daemon = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        _daemon = await DaemonProcess.StartAsync(_folder["data"], environment: new Dictionary<string, string>
        {
            ["ROOST__MQTT__LISTENERS"] = "[{ port: 0 }, { port: 0, websocket: true, path: /ws }, { socket: run/mqtt.sock }]",
        });
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task All_listeners_are_in_the_ready_line_and_the_status()
    {
        var ready = await _daemon.ReadyAsync();
        var status = await _daemon.Http.GetStringAsync("/api/v1/status");

        Assert.That(ready, Does.Match(@"mqtt 127\.0\.0\.1:\d+, ws 127\.0\.0\.1:\d+/ws, mqtt unix:/.*/run/mqtt\.sock, http 127"));
        Assert.That(status, Does.Contain("{\"protocol\":\"ws\",\"address\":\"127.0.0.1:").And.Contain("\"protocol\":\"mqtt\",\"address\":\"unix:"));
    }

    [TestCase("mqtt")]
    [TestCase("mqttv3.1")]
    public async Task Messages_pass_both_ways(string subprotocol)
    {
        using var client = await OpenAsync(subprotocol);
        await SendAsync(client, "100D00044D51545404020000000163" + "8206000100016100");
        Assert.That(await ReceiveAsync(client, 9), Is.EqualTo("20020000" + "9003000100"));
        var large = $"30A38D06000161{new string('7', 100_000 * 2)}";

        await SendAsync(client, large);

        Assert.That(await ReceiveAsync(client, large.Length / 2), Is.EqualTo(large));
        Assert.That(client.SubProtocol, Is.EqualTo(subprotocol));
    }

    [Test]
    public async Task More_than_sockets_hold_arrives_in_order()
    {
        using var client = await OpenAsync("mqtt");
        await SendAsync(client, "100D00044D51545404020000000163" + "8206000100016101");
        await ReceiveAsync(client, 9);
        var sending = Task.Run(async () =>
        {
            for (var i = 1; i <= 40; i++)
            {
                await SendAsync(client, $"32A58D06000161{i:X4}{string.Concat(Enumerable.Repeat($"{i:X2}", 100_000))}");
            }
        });

        var bytes = Convert.FromHexString(await ReceiveAsync(client, 40 * (4 + 3 + 2 + 100_000 + 4)));
        await sending;

        for (var i = 1; i <= 40; i++)
        {
            Assert.That(bytes.Count(value => value == i), Is.AtLeast(100_000), $"payload {i}");
        }
    }

    [Test]
    public async Task A_text_message_ends_it()
    {
        using var client = await OpenAsync("mqtt");
        await client.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);

        var end = await client.ReceiveAsync(new byte[16], CancellationToken.None).WaitAsync(Eventually.Limit);

        Assert.That((end.MessageType, client.CloseStatus), Is.EqualTo((WebSocketMessageType.Close, WebSocketCloseStatus.InvalidMessageType)));
    }

    [Test]
    public async Task DISCONNECT_ends_it_and_the_client_is_gone()
    {
        using var client = await OpenAsync("mqtt");
        await SendAsync(client, "101000044D5154540402000000046C656176");
        await ReceiveAsync(client, 4);
        await SendAsync(client, "E000");

        var end = await client.ReceiveAsync(new byte[16], CancellationToken.None).WaitAsync(Eventually.Limit);

        Assert.That(end.MessageType, Is.EqualTo(WebSocketMessageType.Close));
        Assert.That(await _daemon.Http.GetStringAsync("/api/v1/clients"), Does.Not.Contain("leav"));
    }

    [Test]
    public async Task Other_requests_are_told_what_it_is()
    {
        using var plain = await _daemon.Http.GetAsync("/mqtt");
        Assert.That(plain.StatusCode, Is.EqualTo(HttpStatusCode.UpgradeRequired));
        Assert.That(() => OpenAsync("chat"), Throws.InstanceOf<WebSocketException>().With.Message.Contains("400"));
        Assert.That(() => OpenAsync("mqtt", "http://evil.example"), Throws.InstanceOf<WebSocketException>().With.Message.Contains("403"));
    }

    [Test]
    public async Task A_client_is_told_when_the_daemon_stops()
    {
        using var folder = new TemporaryFolder();
        await using var daemon = await DaemonProcess.StartAsync(folder["data"]);
        using var client = await OpenAsync("mqtt", port: daemon.HttpPort);
        await SendAsync(client, "100E00044D5154540502000000000163");
        Assert.That(await ReceiveAsync(client, 2), Does.StartWith("20"));

        daemon.Signal(DaemonProcess.SigTerm);

        var rest = new byte[4096];
        var seen = new List<byte>();
        while (await client.ReceiveAsync(rest, CancellationToken.None).WaitAsync(Eventually.Limit) is { MessageType: WebSocketMessageType.Binary } part)
        {
            seen.AddRange(rest[..part.Count]);
        }

        Assert.That(Convert.ToHexString([.. seen]), Does.Match("E0..8B"), "DISCONNECT, server shutting down");
        Assert.That(await daemon.ExitAsync(TimeSpan.FromSeconds(8)), Is.Zero);
    }

    [Test]
    public async Task What_a_listener_of_this_machine_does_not_allow_is_not_allowed_here_either()
    {
        using var folder = new TemporaryFolder();
        await using var daemon = await DaemonProcess.StartAsync(folder["data"], environment: new Dictionary<string, string>
        {
            ["ROOST__MQTT__LISTENERS"] = "[{ port: 0, anonymous-publish: [in/#] }]",
            ["ROOST__MQTT__HTTP"] = "{ anonymous-subscribe: [out/#], limits: { max-qos: 1 } }",
        });
        using var client = await OpenAsync("mqtt", port: daemon.HttpPort);
        await SendAsync(client, "100D00044D51545404020000000163" + "82060001000161" + "02" + "820A000200056F75742F6102");

        Assert.That(await ReceiveAsync(client, 14), Is.EqualTo("20020000" + "9003000180" + "9003000201"));
        await SendAsync(client, "310400016178");
        await SendAsync(client, "C000");
        Assert.That(await ReceiveAsync(client, 2), Is.EqualTo("D000"));
        Assert.That(await daemon.Http.GetStringAsync("/api/v1/retained"), Does.Not.Contain("\"a\""));
    }

    [Test]
    public async Task A_socket_in_use_is_told_before_anything_starts()
    {
        using var folder = new TemporaryFolder();
        await using var daemon = DaemonProcess.Launch(["--data", folder["data"]], new Dictionary<string, string>
        {
            ["ROOST__MQTT__LISTENERS"] = $"[{{ socket: {_folder["data/run/mqtt.sock"]} }}]",
            ["ROOST__HTTP__LISTENERS"] = "[]",
        });

        Assert.That(await daemon.ExitAsync(), Is.EqualTo(1));
        Assert.That(daemon.Errors, Does.Contain("mqtt.listeners[0].socket: ").And.Contain("is in use by another process; stop it, or choose another path"));
    }

    [Test]
    public async Task The_subprotocol_mqtt_is_chosen_wherever_it_is_offered()
    {
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("mqttv3.1");
        client.Options.AddSubProtocol("mqtt");

        await client.ConnectAsync(new Uri($"ws://127.0.0.1:{_daemon.HttpPort}/mqtt"), CancellationToken.None).WaitAsync(Eventually.Limit);

        Assert.That(client.SubProtocol, Is.EqualTo("mqtt"));
    }

    [Test]
    public async Task Each_packet_comes_in_a_frame_of_its_own()
    {
        using var client = await OpenAsync("mqtt");
        await SendAsync(client, "100D00044D51545404020000000163" + "8206000100016100" + "C000");
        var frames = new List<string>();
        var bytes = new byte[64];
        while (frames.Count < 3)
        {
            var frame = await client.ReceiveAsync(bytes, CancellationToken.None).WaitAsync(Eventually.Limit);
            frames.Add(Convert.ToHexString(bytes.AsSpan(0, frame.Count)));
        }

        Assert.That(frames, Is.EqualTo(new[] { "20020000", "9003000100", "D000" }));
    }

    private async Task<ClientWebSocket> OpenAsync(string subprotocol, string? origin = null, int? port = null)
    {
        var client = new ClientWebSocket();
        client.Options.AddSubProtocol(subprotocol);
        if (origin is not null)
        {
            client.Options.SetRequestHeader("Origin", origin);
        }

        await client.ConnectAsync(new Uri($"ws://127.0.0.1:{port ?? _daemon.HttpPort}/mqtt"), CancellationToken.None).WaitAsync(Eventually.Limit);
        return client;
    }

    private static Task SendAsync(ClientWebSocket client, string hex) =>
        client.SendAsync(Convert.FromHexString(hex), WebSocketMessageType.Binary, true, CancellationToken.None);

    private static async Task<string> ReceiveAsync(ClientWebSocket client, int count)
    {
        var bytes = new byte[count];
        for (var received = 0; received < count;)
        {
            var part = await client.ReceiveAsync(bytes.AsMemory(received), CancellationToken.None).AsTask().WaitAsync(Eventually.Limit);
            Assert.That(part.MessageType, Is.EqualTo(WebSocketMessageType.Binary), Encoding.UTF8.GetString(bytes));
            received += part.Count;
        }

        return Convert.ToHexString(bytes);
    }
}
