using System.Net;
using System.Net.Sockets;
using Roost.Mqtt.Tests.Protocol;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance;

/// <summary>A socket that says and hears bytes. Text in quotes stands for its bytes.</summary>
internal sealed class RawClient(TcpClient client) : IDisposable
{
    public static async Task<RawClient> OpenAsync(int port)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, port);
        return new RawClient(client);
    }

    public async Task SendAsync(string hex) => await client.GetStream().WriteAsync(Reading.Bytes(hex));

    /// <summary>Says something and hears exactly this in answer.</summary>
    public async Task ExchangeAsync(string sent, string expected)
    {
        await SendAsync(sent);
        await ExpectAsync(expected);
    }

    public async Task ExpectAsync(string hex)
    {
        var expected = Reading.Bytes(hex);
        var heard = new byte[expected.Length];
        var count = await Eventually.CompletesAsync(ReadAsync(heard), $"the bytes {hex}");
        Assert.That(Convert.ToHexString(heard.AsSpan(0, count)), Is.EqualTo(Convert.ToHexString(expected)));
    }

    /// <summary>One whole packet.</summary>
    public async Task<byte[]> ReadPacketAsync(string waitedFor) =>
        await ReadPacketOrCloseAsync(waitedFor) ?? throw new AssertionException($"the connection ended before {waitedFor}");

    /// <returns>Null: the server has closed.</returns>
    public async Task<byte[]?> ReadPacketOrCloseAsync(string waitedFor)
    {
        var header = new byte[2];
        if (await Eventually.CompletesAsync(ReadAsync(header), waitedFor) < header.Length)
        {
            return null;
        }

        var packet = new List<byte>(header);
        var (length, shift) = (packet[1] & 0x7F, 7);
        while ((packet[^1] & 0x80) != 0)
        {
            packet.AddRange(await ReadAsync(1, waitedFor));
            length |= (packet[^1] & 0x7F) << shift;
            shift += 7;
        }

        packet.AddRange(await ReadAsync(length, waitedFor));
        return [.. packet];
    }

    /// <summary>A PUBLISH above QoS 0 whose identifier is the server's choice.</summary>
    /// <returns>The identifier, as it stands in the packet.</returns>
    public async Task<string> ExpectPublishAsync(string firstByte, string topic, string payload)
    {
        var packet = await ReadPacketAsync($"PUBLISH of {payload} on {topic}");
        var header = 1 + packet.AsSpan(1).IndexOfAnyInRange((byte)0, (byte)0x7F) + 1;
        var identifier = Convert.ToHexString(packet.AsSpan(header + 2 + topic.Length, 2));
        var expected = Reading.Bytes(Raw.Packet(firstByte, $"{Raw.Text(topic)} {identifier} '{payload}'"));
        Assert.That(Convert.ToHexString(packet), Is.EqualTo(Convert.ToHexString(expected)));
        Assert.That(identifier, Is.Not.EqualTo("0000"));
        return identifier;
    }

    /// <summary>Nothing came before the answer to a ping: what was to be sent has been sent.</summary>
    public Task ExpectNothingAsync() => ExchangeAsync("C0 00", "D0 00");

    /// <summary>The server closes without another word.</summary>
    public async Task ExpectCloseAsync()
    {
        var heard = new byte[64];
        var count = await Eventually.CompletesAsync(ReadAsync(heard), "the server to close");
        Assert.That(Convert.ToHexString(heard.AsSpan(0, count)), Is.Empty);
    }

    /// <summary>A 5.0 server says why, then closes [MQTT-4.13.1-1].</summary>
    public async Task ExpectDisconnectAsync(ReasonCode reason)
    {
        var packet = await ReadPacketAsync($"DISCONNECT with {reason}");
        Assert.That(packet[0], Is.EqualTo(0xE0));
        Assert.That((ReasonCode)packet[2], Is.EqualTo(reason));
        await ExpectCloseAsync();
    }

    public void Dispose() => client.Dispose();

    private async Task<byte[]> ReadAsync(int count, string waitedFor)
    {
        var bytes = new byte[count];
        var read = await Eventually.CompletesAsync(ReadAsync(bytes), waitedFor);
        Assert.That(read, Is.EqualTo(count), $"the connection ended before {waitedFor}");
        return bytes;
    }

    private async Task<int> ReadAsync(byte[] buffer)
    {
        try
        {
            return await client.GetStream().ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false);
        }
        catch (IOException)
        {
            return 0; // a reset is a close
        }
    }
}
