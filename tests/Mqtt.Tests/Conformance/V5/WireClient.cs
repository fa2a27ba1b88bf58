using System.Net;
using System.Net.Sockets;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>A socket that says and hears bytes in the notation of <see cref="Wire"/>.</summary>
internal sealed class WireClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    /// <summary>The answer to CONNECT; null where none was sent by <see cref="V5Fixture.ConnectAsync"/>.</summary>
    public Packet? ConnAck { get; set; }

    public static async Task<WireClient> OpenAsync(int port)
    {
        var client = new WireClient();
        await client._socket.ConnectAsync(IPAddress.Loopback, port);
        return client;
    }

    public async Task SendAsync(string notation) => await SendAsync(Wire.Bytes(notation));

    public async Task SendAsync(byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
        {
            sent += await _socket.SendAsync(bytes.AsMemory(sent));
        }
    }

    /// <summary>The next packets are exactly these.</summary>
    public async Task ExpectAsync(string notation)
    {
        var expected = Wire.Bytes(notation);
        var heard = await ReceiveAsync(expected.Length, $"the bytes {notation}");
        Assert.That(Wire.Hex(heard), Is.EqualTo(Wire.Hex(expected)), notation);
    }

    public async Task ExchangeAsync(string sent, string expected)
    {
        await SendAsync(sent);
        await ExpectAsync(expected);
    }

    public Task<byte[]> ReadBytesAsync(int count, string waitedFor) => ReceiveAsync(count, waitedFor);

    public async Task<Packet> ReadAsync(string waitedFor)
    {
        var header = new List<byte>(await ReceiveAsync(2, waitedFor));
        var (length, shift) = (header[1] & 0x7F, 7);
        while ((header[^1] & 0x80) != 0)
        {
            header.AddRange(await ReceiveAsync(1, waitedFor));
            length |= (header[^1] & 0x7F) << shift;
            shift += 7;
        }

        return new Packet([.. header, .. await ReceiveAsync(length, waitedFor)], header.Count);
    }

    public async Task<Delivery> ReadDeliveryAsync(string waitedFor = "a PUBLISH")
    {
        var packet = await ReadAsync(waitedFor);
        Assert.That(packet.Type, Is.EqualTo(3), $"{waitedFor}: {packet.Hex}");
        return Delivery.Of(packet);
    }

    /// <summary>A delivery at QoS 1 or 2, acknowledged to its end.</summary>
    public async Task<Delivery> ReadAcknowledgedAsync(string waitedFor = "a PUBLISH")
    {
        var delivery = await ReadDeliveryAsync(waitedFor);
        if (delivery.QualityOfService == 1)
        {
            await SendAsync($"40 [ {delivery.Identifier} ]");
        }
        else if (delivery.QualityOfService == 2)
        {
            await ExchangeAsync($"50 [ {delivery.Identifier} ]", $"62 [ {delivery.Identifier} ]");
            await SendAsync($"70 [ {delivery.Identifier} ]");
        }

        return delivery;
    }

    public Task SubscribeAsync(string filter, int options = 0, string properties = "") =>
        ExchangeAsync($"82 [ 00 01 [ {properties} ] {{'{filter}'}} {options:X2} ]", $"90 [ 00 01 [] {options & 3:X2} ]");

    /// <summary>Nothing comes before the answer to a ping: what was to be sent has been sent.</summary>
    public Task ExpectNothingAsync() => ExchangeAsync("C0 00", "D0 00");

    /// <summary>The broker closes, and says nothing before it does.</summary>
    public async Task ExpectCloseAsync()
    {
        var heard = new byte[256];
        var count = await Eventually.CompletesAsync(ReceiveSomeAsync(heard), "the broker to close");
        Assert.That(Wire.Hex(heard.AsSpan(0, count)), Is.Empty, "bytes before the close");
    }

    /// <summary>The broker says why, and closes.</summary>
    public async Task<Packet> ExpectDisconnectAsync(ReasonCode reason)
    {
        var packet = await ReadAsync($"DISCONNECT with {reason}");
        Assert.That(packet.Bytes[0], Is.EqualTo(0xE0), packet.Hex);
        Assert.That(packet.ReasonCode, Is.EqualTo(reason));
        await ExpectCloseAsync();
        return packet;
    }

    /// <summary>The broker refuses CONNECT, and closes.</summary>
    public async Task<Packet> ExpectRefusalAsync(ReasonCode reason)
    {
        var packet = await ReadAsync($"CONNACK with {reason}");
        Assert.That(packet.Bytes[0], Is.EqualTo(0x20), packet.Hex);
        Assert.That((ReasonCode)packet.Body[1], Is.EqualTo(reason));
        Assert.That(packet.Body[0], Is.Zero, "the flags of a CONNACK that refuses");
        await ExpectCloseAsync();
        return packet;
    }

    /// <summary>Ends what is sent, as a broken network does, and waits until the broker has seen it.</summary>
    public async Task LoseAsync()
    {
        _socket.Shutdown(SocketShutdown.Send);
        var rest = new byte[4096];
        while (await Eventually.CompletesAsync(ReceiveSomeAsync(rest), "the broker to see the connection's end") > 0)
        {
            // what had been sent before
        }

        Dispose();
    }

    public void Dispose() => _socket.Dispose();

    private async Task<byte[]> ReceiveAsync(int count, string waitedFor)
    {
        var buffer = new byte[count];
        for (var received = 0; received < count;)
        {
            var step = await Eventually.CompletesAsync(_socket.ReceiveAsync(buffer.AsMemory(received)).AsTask(), waitedFor);
            Assert.That(step, Is.Positive, $"the connection was closed instead of {waitedFor}; heard {Wire.Hex(buffer.AsSpan(0, received))}");
            received += step;
        }

        return buffer;
    }

    private async Task<int> ReceiveSomeAsync(byte[] buffer)
    {
        try
        {
            return await _socket.ReceiveAsync(buffer);
        }
        catch (SocketException)
        {
            return 0; // a reset is a close
        }
    }
}
