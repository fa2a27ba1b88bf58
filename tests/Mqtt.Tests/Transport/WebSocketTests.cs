using System.Net.WebSockets;
using System.Text;
using Roost.Mqtt.Tests.Broker;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Transport;

public sealed class WebSocketTests
{
    private const string Request = "GET /mqtt HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";
    private const string NormalClose = "880203E8";
    private static readonly string s_connect = RawClient.Connect("c");

    private readonly ManualTimeProvider _clock = new();
    private TestBroker _broker = null!;

    [SetUp]
    public async Task SetUp() => _broker = await TestBroker.StartAsync(options => options.Listeners[0].Websocket = true, _clock);

    [TearDown]
    public async Task TearDown() => await _broker.DisposeAsync();

    [Test]
    public async Task Each_packet_leaves_in_a_frame_of_its_own()
    {
        await using var client = await OpenAsync();

        await client.SendAsync(WebSocketFrames.Binary(s_connect + RawClient.Subscribe("a", 0) + "C000"));

        await client.ExpectAsync("8204" + StreamClient.ConnAck + "8205" + "9003000100" + "8202" + "D000");
        Assert.That(_broker.Open[0].ToString(), Is.EqualTo($"ws 127.0.0.1:{_broker.Port}/mqtt"));
    }

    [Test]
    [Spec("MQTT-6.0.0-2")]
    public async Task Every_byte_of_request_and_frames_may_come_alone()
    {
        await using var client = await StreamClient.OpenAsync(_broker.Port);
        var connect = Convert.FromHexString(s_connect);
        byte[] bytes = [.. Encoding.ASCII.GetBytes(Request), .. WebSocketFrames.Frame(2, connect[..5], isFinal: false), .. WebSocketFrames.Frame(0, connect[5..])];

        foreach (var one in bytes)
        {
            await client.SendAsync([one]);
        }

        await ReadAnswerAsync(client);
        await client.ExpectAsync("8204" + StreamClient.ConnAck);
    }

    [Test]
    public async Task Frames_may_follow_the_request_at_once()
    {
        await using var client = await StreamClient.OpenAsync(_broker.Port);

        await client.SendAsync([.. Encoding.ASCII.GetBytes(Request), .. WebSocketFrames.Binary(s_connect)]);

        await ReadAnswerAsync(client);
        await client.ExpectAsync("8204" + StreamClient.ConnAck);
    }

    [Test]
    public async Task A_ping_is_answered_between_frames_with_its_payload()
    {
        await using var client = await OpenAsync();

        await client.SendAsync([.. WebSocketFrames.Frame(9, "abc"u8.ToArray()), .. WebSocketFrames.Binary(s_connect)]);

        await client.ExpectAsync("8204" + StreamClient.ConnAck + "8A03616263");
    }

    [Test]
    public async Task A_close_is_answered_after_what_came_before_it()
    {
        await using var client = await OpenAsync();

        await client.SendAsync([.. WebSocketFrames.Binary(s_connect), .. WebSocketFrames.Close(1000)]);

        Assert.That(Convert.ToHexString(await client.ReceiveToEndAsync()), Is.EqualTo("8204" + StreamClient.ConnAck + NormalClose));
    }

    [Test]
    public async Task DISCONNECT_closes_the_WebSocket_too()
    {
        await using var client = await OpenAsync();

        await client.SendAsync(WebSocketFrames.Binary(s_connect + "E000"));

        Assert.That(Convert.ToHexString(await client.ReceiveToEndAsync()), Is.EqualTo("8204" + StreamClient.ConnAck + NormalClose));
    }

    [Test]
    [Spec("MQTT-6.0.0-1")]
    public async Task A_text_message_closes_with_1003()
    {
        await using var client = await OpenAsync();
        await client.SendAsync(WebSocketFrames.Frame(1, "hello"u8.ToArray()));
        await client.ExpectAsync("880203EB");
    }

    [Test]
    public async Task A_frame_without_mask_closes_with_1002()
    {
        await using var client = await OpenAsync();
        await client.SendAsync(WebSocketFrames.Frame(2, Convert.FromHexString(s_connect), isMasked: false));
        await client.ExpectAsync("880203EA");
        await _broker.Log.ShowsAsync("it broke the WebSocket protocol");
    }

    [Test]
    public async Task A_packet_above_max_packet_is_refused_however_it_is_framed()
    {
        await using var client = await OpenAsync();
        await client.SendAsync(WebSocketFrames.Binary(RawClient.Connect("c", MqttProtocolVersion.V500)));
        var answer = await client.ReceiveAsync(2);
        await client.ReceiveAsync(answer[1]);

        await client.SendAsync(WebSocketFrames.Binary("30FFFFFF7F")); // the length is enough to know

        var disconnect = await client.ReceiveAsync(5);
        Assert.That((disconnect[2], disconnect[4]), Is.EqualTo(((byte)0xE0, (byte)0x95)));
    }

    [Test]
    public async Task Other_requests_get_an_answer_and_a_close()
    {
        await using var client = await StreamClient.OpenAsync(_broker.Port);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());

        Assert.That(Encoding.ASCII.GetString(await client.ReceiveToEndAsync()), Does.StartWith("HTTP/1.1 404 Not Found\r\n").And.EndWith("MQTT is at /mqtt\n"));
        await _broker.Log.ShowsAsync("its WebSocket was refused: MQTT is at /mqtt");
    }

    [TestCase(1)]
    [TestCase(80)]
    public async Task A_request_that_stops_half_way_is_closed_by_the_connect_timeout(int bytes)
    {
        await using var client = await StreamClient.OpenAsync(_broker.Port);
        await client.SendAsync(Encoding.ASCII.GetBytes(Request)[..bytes]);
        await Eventually.IsTrueAsync(async () => await _broker.Broker.InspectAsync(static core => core.Connections.Count) == 1, "the connection");

        _clock.Advance(TimeSpan.FromSeconds(11));
        await _broker.Broker.TurnAsync();

        await client.ExpectCloseAsync();
    }

    [Test]
    public async Task MQTT_without_WebSocket_is_closed_with_an_explanation()
    {
        await using var client = await StreamClient.OpenAsync(_broker.Port);
        await client.SendAsync(s_connect);
        await client.ExpectCloseAsync();
        await _broker.Log.ShowsAsync("it speaks MQTT without WebSocket");
    }

    [TestCase(100)]
    [TestCase(60_000)]
    [TestCase(200_000)]
    public async Task Messages_of_every_size_pass_both_ways_while_the_reader_is_slow(int size)
    {
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("mqtt");
        await client.ConnectAsync(new Uri($"ws://127.0.0.1:{_broker.Port}/mqtt"), CancellationToken.None).WaitAsync(Eventually.Limit);

        await EchoAsync(client, size);
    }

    [Test]
    public async Task It_works_within_TLS()
    {
        using var certificates = new TestCertificates();
        await using var broker = await TestBroker.StartAsync(options => (options.Listeners[0].Websocket, options.Listeners[0].Tls) = (true, certificates.Options));
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("mqtt");
        client.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate!.Issuer == certificates.Authority.Subject;
        await client.ConnectAsync(new Uri($"wss://localhost:{broker.Port}/mqtt"), CancellationToken.None).WaitAsync(Eventually.Limit);

        await EchoAsync(client, 200_000);
        Assert.That(broker.Open[0].Protocol, Is.EqualTo("wss"));
    }

    /// <summary>Sends to itself, more than sockets hold, before it reads the first byte.</summary>
    private static async Task EchoAsync(ClientWebSocket client, int size)
    {
        await SendAsync(client, s_connect + RawClient.Subscribe("a", 1));
        var packets = Enumerable.Range(1, 20).Select(i => RawClient.Publish("a", new string((char)('a' + i), size), 1, (ushort)i)).ToList();
        var sending = Task.Run(async () =>
        {
            foreach (var packet in packets)
            {
                await SendAsync(client, packet);
            }
        });

        var expected = StreamClient.ConnAck.Length / 2 + 5 + packets.Sum(static packet => packet.Length / 2) + (packets.Count * 4);
        var received = new byte[expected];
        for (var count = 0; count < expected;)
        {
            var result = await client.ReceiveAsync(received.AsMemory(count), CancellationToken.None).AsTask().WaitAsync(Eventually.Limit);
            Assert.That(result.MessageType, Is.EqualTo(WebSocketMessageType.Binary));
            count += result.Count;
        }

        await sending;
        for (var i = 1; i <= packets.Count; i++)
        {
            Assert.That(received.Count(value => value == 'a' + i), Is.AtLeast(size), $"payload {i}");
        }
    }

    private static async Task SendAsync(ClientWebSocket client, string hex) =>
        await client.SendAsync(Convert.FromHexString(hex), WebSocketMessageType.Binary, true, CancellationToken.None);

    private async Task<StreamClient> OpenAsync()
    {
        var client = await StreamClient.OpenAsync(_broker.Port);
        await client.SendAsync(Encoding.ASCII.GetBytes(Request));
        await ReadAnswerAsync(client);
        return client;
    }

    private static async Task ReadAnswerAsync(StreamClient client)
    {
        var answer = "";
        while (!answer.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            answer += (char)(await client.ReceiveAsync(1))[0];
        }

        Assert.That(answer, Does.StartWith("HTTP/1.1 101 "));
    }
}
