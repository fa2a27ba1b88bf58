using System.Net.WebSockets;
using Roost.Mqtt.Tests.Protocol;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V311;

/// <summary>Chapter 6: WebSocket as the transport.</summary>
public sealed class Chapter6_WebSocketTests : ConformanceFixture
{
    private const string Connect = "10 0D 00 04 'MQTT' 04 02 00 00 00 01 'a'";

    protected override void Configure(MqttOptions options) => options.Listeners[0].Websocket = true;

    [Test]
    [Spec("MQTT-6.0.0-1")]
    public async Task Packets_come_in_binary_frames()
    {
        using var client = await OpenAsync("mqtt");
        await SendAsync(client, Connect);
        await ExpectAsync(client, "20 02 00 00");
    }

    [Test]
    [Spec("MQTT-6.0.0-1")]
    public async Task A_text_frame_closes()
    {
        using var client = await OpenAsync("mqtt");
        await SendAsync(client, Connect);
        await ExpectAsync(client, "20 02 00 00");
        await client.SendAsync(Reading.Bytes("C0 00"), WebSocketMessageType.Text, true, CancellationToken.None);
        var result = await Eventually.CompletesAsync(client.ReceiveAsync(new byte[16], CancellationToken.None), "the server to close");
        Assert.That(result.MessageType, Is.EqualTo(WebSocketMessageType.Close));
    }

    [Test]
    [Spec("MQTT-6.0.0-2")]
    public async Task Packets_and_frames_begin_and_end_where_they_like()
    {
        using var client = await OpenAsync("mqtt");
        foreach (var one in Reading.Bytes(Connect))
        {
            await SendAsync(client, $"{one:X2}");
        }

        await ExpectAsync(client, "20 02 00 00");
        await SendAsync(client, "82 06 00 01 00 01 'a' 00 30 04 00 01 'a' 'x' C0 00 30 04 00");
        await SendAsync(client, "01 'a' 'y' C0 00");
        await ExpectAsync(client, "90 03 00 01 00 30 04 00 01 'a' 'x' D0 00 30 04 00 01 'a' 'y' D0 00");
    }

    [TestCase("mqtt", "mqtt")]
    [TestCase("chat mqtt", "mqtt")]
    [Spec("MQTT-6.0.0-3")]
    [Spec("MQTT-6.0.0-4")]
    public async Task The_subprotocol_is_mqtt_where_it_is_offered(string offered, string selected)
    {
        using var client = await OpenAsync(offered.Split(' '));
        Assert.That(client.SubProtocol, Is.EqualTo(selected));
    }

    private static Task SendAsync(ClientWebSocket client, string hex) => client.SendAsync(Reading.Bytes(hex), WebSocketMessageType.Binary, true, CancellationToken.None);

    private static async Task ExpectAsync(ClientWebSocket client, string hex)
    {
        var expected = Reading.Bytes(hex);
        var heard = new byte[expected.Length];
        for (var count = 0; count < heard.Length;)
        {
            var result = await Eventually.CompletesAsync(client.ReceiveAsync(new ArraySegment<byte>(heard, count, heard.Length - count), CancellationToken.None), $"the bytes {hex}");
            Assert.That(result.MessageType, Is.EqualTo(WebSocketMessageType.Binary));
            count += result.Count;
        }

        Assert.That(Convert.ToHexString(heard), Is.EqualTo(Convert.ToHexString(expected)));
    }

    private async Task<ClientWebSocket> OpenAsync(params string[] subprotocols)
    {
        var client = new ClientWebSocket();
        foreach (var subprotocol in subprotocols)
        {
            client.Options.AddSubProtocol(subprotocol);
        }

        await Eventually.CompletesAsync(ConnectAsync(), "the upgrade");
        return client;

        async Task<bool> ConnectAsync()
        {
            await client.ConnectAsync(new Uri($"ws://127.0.0.1:{Broker.Port}/mqtt"), CancellationToken.None);
            return true;
        }
    }
}
