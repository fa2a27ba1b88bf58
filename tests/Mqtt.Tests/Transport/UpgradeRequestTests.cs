using System.Text;
using Roost.Mqtt.Transport.WebSockets;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Transport;

public sealed class UpgradeRequestTests
{
    private const string Good = "GET /mqtt HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";

    [Test]
    [Spec("MQTT-6.0.0-4")]
    public void A_good_request_is_answered_as_in_the_example_of_RFC_6455()
    {
        var request = UpgradeRequest.Read(Bytes(Good + "rest"), new MqttListenerOptions(), out var length)!;

        Assert.That(Encoding.ASCII.GetString(request.Answer), Is.EqualTo("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"));
        Assert.That(length, Is.EqualTo(Good.Length));
    }

    [Test]
    public void Less_than_all_of_it_waits_for_more()
    {
        for (var i = 1; i < Good.Length; i++)
        {
            Assert.That(UpgradeRequest.Read(Bytes(Good).AsSpan(0, i), new MqttListenerOptions(), out _), Is.Null, $"{i} bytes");
        }
    }

    [TestCase("GET /mqtt", "GET /other", 404)]
    [TestCase("GET /mqtt", "POST /mqtt", 405)]
    [TestCase("GET /mqtt HTTP/1.1", "GET /mqtt HTTP/1.0", 400)]
    [TestCase("GET /mqtt", "GET  /mqtt", 400)]
    [TestCase("GET /mqtt", "GET mqtt", 400)]
    [TestCase("Upgrade: websocket\r\n", "", 426)]
    [TestCase("keep-alive, Upgrade", "keep-alive", 426)]
    [TestCase("Version: 13", "Version: 8", 426)]
    [TestCase("Host: x\r\n", "", 400)]
    [TestCase("Host: x", "Host: x\r\nHost: y", 400)]
    [TestCase("Host: x", "Host: x\r\n folded", 400)]
    [TestCase("Host: x", "Host : x", 400)]
    [TestCase("Host: x", "Host: x\u0001", 400)]
    [TestCase("Host: x", "Host: x\r\nTransfer-Encoding: chunked", 400)]
    [TestCase("Host: x", "Host: x\r\nContent-Length: 5", 400)]
    [TestCase("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ=", 400)]
    [TestCase("Protocol: mqtt", "Protocol: chat", 400)]
    [TestCase("Sec-WebSocket-Protocol: mqtt\r\n", "", 400)]
    [TestCase("Host: x", "Host: x\r\nOrigin: http://evil.example", 403)]
    public void A_request_with_a_fault_is_answered_with_its_status(string part, string replacement, int status)
    {
        var request = UpgradeRequest.Read(Bytes(Good.Replace(part, replacement, StringComparison.Ordinal)), new MqttListenerOptions(), out _)!;

        Assert.That(request.IsAccepted, Is.False);
        Assert.That(Encoding.ASCII.GetString(request.Answer), Does.StartWith($"HTTP/1.1 {status} ").And.Contain($"\r\n\r\n{request.Refusal}\n"));
    }

    [TestCase("mqttv3.1, mqtt", "mqtt")]
    [TestCase("mqtt, mqttv3.1", "mqtt")]
    [TestCase("chat, mqtt", "mqtt")]
    [TestCase("mqttv3.1", "mqttv3.1")]
    [Spec("MQTT-6.0.0-4")]
    public void The_subprotocol_mqtt_is_chosen_wherever_it_is_offered(string offered, string chosen)
    {
        var request = UpgradeRequest.Read(Bytes(Good.Replace("Protocol: mqtt", $"Protocol: {offered}", StringComparison.Ordinal)), new MqttListenerOptions(), out _)!;
        Assert.That(Encoding.ASCII.GetString(request.Answer), Does.Contain($"Sec-WebSocket-Protocol: {chosen}\r\n"));
    }

    [TestCase("*")]
    [TestCase("https://site.example")]
    public void A_page_of_a_listed_origin_may_connect(string listed)
    {
        var text = Good.Replace("Host: x", "Host: x\r\nOrigin: https://site.example", StringComparison.Ordinal);
        Assert.That(UpgradeRequest.Read(Bytes(text), new MqttListenerOptions { Origins = [listed] }, out _)!.IsAccepted);
    }

    [TestCase("localhost:8083", "https://localhost:8083", false, true, Description = "what Paho Python sends")]
    [TestCase("127.0.0.1:8083", "https://127.0.0.1:8083", false, true)]
    [TestCase("[::1]:8083", "http://[::1]:8083", false, true)]
    [TestCase("127.0.0.1:8083", "http://127.0.0.1:8080", false, false, Description = "another port is another site")]
    [TestCase("evil.example:8083", "http://evil.example:8083", false, false, Description = "a foreign name that was made to resolve to this machine")]
    [TestCase("site.example", "https://site.example", true, true)]
    [TestCase("site.example", "https://evil.example", true, false)]
    public void The_listener_itself_is_an_origin(string host, string origin, bool tls, bool isAccepted)
    {
        var text = Good.Replace("Host: x", $"Host: {host}\r\nOrigin: {origin}", StringComparison.Ordinal);
        var listener = new MqttListenerOptions { Tls = tls ? new MqttTlsOptions() : null };
        Assert.That(UpgradeRequest.Read(Bytes(text), listener, out _)!.IsAccepted, Is.EqualTo(isAccepted));
    }

    [Test]
    public void A_head_without_end_is_refused_at_8_KiB()
    {
        var endless = Bytes(Good[..^2] + "X: " + new string('x', UpgradeRequest.MaxBytes));
        Assert.That(UpgradeRequest.Read(endless.AsSpan(0, UpgradeRequest.MaxBytes - 1), new MqttListenerOptions(), out _), Is.Null);
        Assert.That(Encoding.ASCII.GetString(UpgradeRequest.Read(endless, new MqttListenerOptions(), out _)!.Answer), Does.StartWith("HTTP/1.1 431 "));
    }

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);
}
