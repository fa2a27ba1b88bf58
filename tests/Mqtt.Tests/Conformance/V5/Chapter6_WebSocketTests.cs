using System.Text;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Chapter 6 on a listener for WebSockets. Frames of clients are masked by zeros, so that their payload stands there as it is.</summary>
public sealed class Chapter6_WebSocketTests : V5Fixture
{
    private const string Line = "0D 0A";
    private const string Upgrade = $"'GET /mqtt HTTP/1.1' {Line} 'Host: broker' {Line} 'Upgrade: websocket' {Line} 'Connection: Upgrade' {Line} 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==' {Line} 'Sec-WebSocket-Version: 13' {Line}";
    private const string Connect = "10 [ {'MQTT'} 05 02 00 3C [] {'c'} ]";

    private protected override void Configure(MqttOptions options) => options.Listeners[0].Websocket = true;

    [Test]
    [Spec("MQTT-6.0.0-4")]
    public async Task The_subprotocol_mqtt_is_chosen([Values("mqtt", "chat, mqtt", "mqtt, chat")] string offered)
    {
        using var client = await OpenAsync();
        await client.SendAsync($"{Upgrade} 'Sec-WebSocket-Protocol: {offered}' {Line} {Line}");
        var answer = await ReadHeadersAsync(client);
        Assert.That(answer, Does.StartWith("HTTP/1.1 101 ").And.Contains("\r\nSec-WebSocket-Protocol: mqtt\r\n"));
    }

    [Test]
    [Spec("MQTT-6.0.0-3")]
    public async Task A_client_that_does_not_offer_mqtt_is_refused([Values("", "'Sec-WebSocket-Protocol: chat' 0D 0A")] string offer)
    {
        using var client = await OpenAsync();
        await client.SendAsync($"{Upgrade} {offer} {Line}");
        Assert.That(await ReadHeadersAsync(client), Does.StartWith("HTTP/1.1 400 "));
    }

    [Test]
    [Spec("MQTT-6.0.0-1")]
    public async Task Packets_come_and_go_in_binary_frames()
    {
        using var client = await OpenWebSocketAsync();
        await client.SendAsync(Frame("82", Connect));
        var header = await client.ReadAsync("a frame with CONNACK"); // a short frame looks like a packet: a byte, then its length
        Assert.That(header.Bytes[0], Is.EqualTo(0x82));
        Assert.That(header.Body[0], Is.EqualTo(0x20));
        await client.SendAsync(Frame("82", "C0 00"));
        await client.ExpectAsync("82 02 D0 00");
    }

    [Test]
    [Spec("MQTT-6.0.0-1")]
    public async Task A_text_frame_ends_the_connection_unread()
    {
        using var client = await OpenWebSocketAsync();
        await client.SendAsync(Frame("81", Connect));
        var farewell = await client.ReadAsync("a close frame");
        Assert.That(farewell.Bytes[0], Is.EqualTo(0x88), farewell.Hex);
        await client.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-6.0.0-2")]
    public async Task A_packet_may_be_cut_over_frames_and_a_frame_may_hold_many()
    {
        using var client = await OpenWebSocketAsync();
        var bytes = Wire.Bytes(Connect);
        foreach (var value in bytes)
        {
            await client.SendAsync(Frame("82", $"{value:X2}"));
        }

        Assert.That((await client.ReadAsync("CONNACK")).Body[0], Is.EqualTo(0x20));
        await client.SendAsync(Frame("82", "C0 00 C0 00 C0"));
        await client.ExpectAsync("82 02 D0 00 82 02 D0 00");
        await client.SendAsync(Frame("82", "00"));
        await client.ExpectAsync("82 02 D0 00");
    }

    private static string Frame(string firstByte, string payload)
    {
        var length = Wire.Bytes(payload).Length;
        Assert.That(length, Is.LessThan(126), "a frame with a length of one byte");
        return $"{firstByte} {0x80 | length:X2} 00 00 00 00 {payload}";
    }

    private static async Task<string> ReadHeadersAsync(WireClient client)
    {
        var text = new StringBuilder();
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            text.Append((char)(await client.ReadBytesAsync(1, "the answer to the upgrade"))[0]);
        }

        return text.ToString();
    }

    private async Task<WireClient> OpenWebSocketAsync()
    {
        var client = await OpenAsync();
        await client.SendAsync($"{Upgrade} 'Sec-WebSocket-Protocol: mqtt' {Line} {Line}");
        await ReadHeadersAsync(client);
        return client;
    }
}
