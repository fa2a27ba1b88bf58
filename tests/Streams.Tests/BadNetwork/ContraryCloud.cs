using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Roost.Streams.Tests.BadNetwork;

/// <summary>
/// A server of MQTT 5 that keeps what it is sent, and answers as a test wants: not at all, in another order, with refusals, twice, or for
/// messages that nobody sent.
/// </summary>
internal sealed class ContraryCloud : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<int> _numbers = new();
    private readonly List<Task> _connections = [];
    private readonly Task _accepting;
    private volatile int _accepted;

    public ContraryCloud()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections so far.</summary>
    public int Connections => _accepted;

    /// <summary>The payloads of all messages, in the order of their arrival.</summary>
    public List<int> Numbers => [.. _numbers];

    /// <summary>Told of each message, one after the other on a connection; says what is answered to it, and perhaps to others, at once. Null hangs up.</summary>
    public Func<ContraryMessage, IEnumerable<ContraryAnswer>?> Answer { get; set; } = message => [ContraryAnswer.Taken(message)];

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                client.NoDelay = true;
                _connections.Add(ServeAsync(client, ++_accepted));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // the test is over
        }
    }

    private async Task ServeAsync(TcpClient client, int connection)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                while (await ServePacketAsync(stream, connection))
                {
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException)
            {
                // the client has gone
            }
        }
    }

    /// <returns>False at the end of the connection.</returns>
    private async Task<bool> ServePacketAsync(NetworkStream stream, int connection)
    {
        var (first, body) = await ReadAsync(stream);
        switch (first >> 4)
        {
            case 1: // CONNECT
                await stream.WriteAsync(new byte[] { 0x20, 3, 0, 0, 0 }, _stopping.Token);
                return true;
            case 3: // PUBLISH, QoS 1
                var message = Parse(body, connection);
                _numbers.Enqueue(message.Number);
                if (Answer(message) is not { } answers)
                {
                    return false;
                }

                foreach (var answer in answers)
                {
                    await stream.WriteAsync(new byte[] { 0x40, 3, (byte)(answer.PacketIdentifier >> 8), (byte)answer.PacketIdentifier, (byte)answer.Reason }, _stopping.Token);
                }

                return true;
            case 12: // PINGREQ
                await stream.WriteAsync(new byte[] { 0xD0, 0 }, _stopping.Token);
                return true;
            default:
                return false; // DISCONNECT
        }
    }

    private async Task<(byte First, byte[] Body)> ReadAsync(NetworkStream stream)
    {
        var one = new byte[1];
        await stream.ReadExactlyAsync(one, _stopping.Token);
        var first = one[0];
        var length = 0;
        for (var shift = 0; ; shift += 7)
        {
            await stream.ReadExactlyAsync(one, _stopping.Token);
            length |= (one[0] & 0x7F) << shift;
            if ((one[0] & 0x80) == 0)
            {
                break;
            }
        }

        var body = new byte[length];
        await stream.ReadExactlyAsync(body, _stopping.Token);
        return (first, body);
    }

    /// <summary>Topic, packet identifier, properties, payload (MQTT 5 section 3.3).</summary>
    private static ContraryMessage Parse(ReadOnlySpan<byte> body, int connection)
    {
        body = body[(2 + BinaryPrimitives.ReadUInt16BigEndian(body))..];
        var identifier = BinaryPrimitives.ReadUInt16BigEndian(body);
        body = body[2..];
        var (properties, bytes) = (0, 0);
        do
        {
            properties |= (body[bytes] & 0x7F) << (7 * bytes);
        }
        while ((body[bytes++] & 0x80) != 0);

        return new ContraryMessage(connection, identifier, int.Parse(Encoding.ASCII.GetString(body[(bytes + properties)..]), CultureInfo.InvariantCulture));
    }
}
