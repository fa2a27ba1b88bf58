using System.Net;
using System.Net.Sockets;
using System.Text;
using Roost.Mqtt.Protocol;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>A socket that sends and expects bytes: what the broker does is seen as it is on the wire.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    public static async Task<RawClient> OpenAsync(int port, int receiveBuffer = 0)
    {
        var client = new RawClient();
        if (receiveBuffer > 0)
        {
            client._socket.ReceiveBufferSize = receiveBuffer;
        }

        await client._socket.ConnectAsync(IPAddress.Loopback, port);
        return client;
    }

    /// <summary>Sends CONNECT and expects a CONNACK that says yes.</summary>
    public static async Task<RawClient> ConnectAsync(int port, string connectHex)
    {
        var client = await OpenAsync(port);
        await client.SendAsync(connectHex);
        var answer = await client.ReceivePacketAsync();
        Assert.That(answer[3], Is.Zero, "reason code of CONNACK");
        return client;
    }

    /// <summary>CONNECT of 3.1.1 (level 4) or 5, keep-alive 60 s.</summary>
    public static string Connect(string clientIdentifier, MqttProtocolVersion version = MqttProtocolVersion.V311, bool clean = true, uint? expirySeconds = null, MqttMessage? will = null, ushort keepAlive = 60, ushort? receiveMaximum = null, uint? maximumPacketSize = null, uint willDelay = 0, string? userName = null) =>
        Convert.ToHexString(new ConnectPacket
        {
            Version = version,
            ClientIdentifier = clientIdentifier,
            CleanStart = clean,
            KeepAliveSeconds = keepAlive,
            SessionExpirySeconds = expirySeconds,
            ReceiveMaximum = receiveMaximum,
            MaximumPacketSize = maximumPacketSize,
            Will = will,
            WillDelaySeconds = willDelay,
            UserName = userName,
        }.ToArray(version));

    public static string Subscribe(string filter, int quality, MqttProtocolVersion version = MqttProtocolVersion.V311, int? identifier = null, bool noLocal = false, bool retainAsPublished = false, ushort packetIdentifier = 1) =>
        Convert.ToHexString(new SubscribePacket
        {
            PacketIdentifier = packetIdentifier,
            Subscriptions = [new SubscriptionRequest(filter, (QualityOfService)quality, noLocal, retainAsPublished)],
            SubscriptionIdentifier = identifier,
        }.ToArray(version));

    /// <summary>PUBLISH of 3.1.1, or of 5 with <paramref name="properties"/>.</summary>
    public static string Publish(string topic, string payload, int quality = 0, ushort packetIdentifier = 0, bool retain = false, bool duplicate = false, string? properties = null)
    {
        var version = properties is null ? MqttProtocolVersion.V311 : MqttProtocolVersion.V500;
        var fields = new PublishFields
        {
            Topic = Encoding.UTF8.GetBytes(topic),
            Payload = Encoding.UTF8.GetBytes(payload),
            Properties = Convert.FromHexString(properties ?? ""),
            QualityOfService = (QualityOfService)quality,
            PacketIdentifier = packetIdentifier,
            Retain = retain,
            Duplicate = duplicate,
        };
        var packet = new byte[PublishEncoder.GetSize(fields, version)];
        PublishEncoder.Write(packet, fields, version);
        return Convert.ToHexString(packet);
    }

    public async Task SendAsync(string hex) => await _socket.SendAsync(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));

    public Task<int> SendAsync(ReadOnlyMemory<byte> bytes) => _socket.SendAsync(bytes).AsTask();

    public async Task ExpectAsync(string hex)
    {
        var expected = hex.Replace(" ", "", StringComparison.Ordinal);
        var received = await ReceiveAsync(expected.Length / 2, $"the bytes {expected}");
        Assert.That(Convert.ToHexString(received), Is.EqualTo(expected));
    }

    public async Task<byte[]> ReceivePacketAsync()
    {
        var packet = new List<byte>(await ReceiveAsync(2, "a packet"));
        var (length, shift) = (packet[1] & 0x7F, 7);
        while ((packet[^1] & 0x80) != 0)
        {
            packet.AddRange(await ReceiveAsync(1, "a packet's length"));
            length |= (packet[^1] & 0x7F) << shift;
            shift += 7;
        }

        packet.AddRange(await ReceiveAsync(length, "the rest of a packet"));
        return [.. packet];
    }

    /// <summary>Nothing more comes before the answer to a PINGREQ.</summary>
    public async Task ExpectNothingAsync()
    {
        await SendAsync("C000");
        await ExpectAsync("D000");
    }

    public async Task ExpectCloseAsync()
    {
        var buffer = new byte[4096];
        try
        {
            var count = await Eventually.CompletesAsync(_socket.ReceiveAsync(buffer), "the broker to close the connection");
            Assert.That(Convert.ToHexString(buffer, 0, count), Is.Empty, "bytes before the close");
        }
        catch (SocketException)
        {
            // A reset closes too.
        }
    }

    public async Task<byte[]> ReceiveAsync(int count, string what)
    {
        var buffer = new byte[count];
        for (var received = 0; received < count;)
        {
            var step = await Eventually.CompletesAsync(_socket.ReceiveAsync(buffer.AsMemory(received)).AsTask(), what);
            Assert.That(step, Is.Positive, $"the connection was closed instead of {what}");
            received += step;
        }

        return buffer;
    }

    public void Dispose() => _socket.Dispose();
}
