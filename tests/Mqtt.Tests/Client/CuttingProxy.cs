using System.Net;
using System.Net.Sockets;

namespace Roost.Mqtt.Tests.Client;

/// <summary>
/// Stands between a client and a server, counts the packets of both directions, and cuts the first connection at one of them; later
/// connections it leaves alone.
/// </summary>
/// <param name="cutAt">The packet's number on the first connection, from 1 (CONNECT).</param>
/// <param name="delivers">The packet still arrives; only its sender does not learn it.</param>
internal sealed class CuttingProxy(int serverPort, int cutAt, bool delivers) : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _tasks = [];
    private int _packets;
    private int _connections;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public bool HasCut { get; private set; }

    public void Start()
    {
        _listener.Start();
        _tasks.Add(AcceptAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await Task.WhenAll(_tasks);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                var server = new TcpClient { NoDelay = true };
                client.NoDelay = true;
                await server.ConnectAsync(IPAddress.Loopback, serverPort, _stopping.Token);
                _tasks.Add(CarryAsync(client, server, isFirst: _connections++ == 0));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // the test is over
        }
    }

    private async Task CarryAsync(TcpClient client, TcpClient server, bool isFirst)
    {
        using (client)
        using (server)
        {
            await Task.WhenAny(PumpAsync(client, server, isFirst), PumpAsync(server, client, isFirst));
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, bool counts)
    {
        try
        {
            while (await ReadPacketAsync(from.GetStream()) is { } packet)
            {
                var isLast = counts && Interlocked.Increment(ref _packets) == cutAt;
                HasCut |= isLast;
                if (!isLast || delivers)
                {
                    await to.GetStream().WriteAsync(packet, _stopping.Token);
                }

                if (isLast)
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // either end has gone
        }
    }

    private async Task<byte[]?> ReadPacketAsync(NetworkStream stream)
    {
        var packet = new List<byte>();
        var one = new byte[1];
        var (length, shift) = (0, 0);
        do
        {
            if (await stream.ReadAsync(one, _stopping.Token) == 0)
            {
                return null;
            }

            packet.Add(one[0]);
            if (packet.Count > 1)
            {
                length |= (one[0] & 0x7F) << shift;
                shift += 7;
            }
        }
        while (packet.Count == 1 || (one[0] & 0x80) != 0);

        var body = new byte[length];
        await stream.ReadExactlyAsync(body, _stopping.Token);
        return [.. packet, .. body];
    }
}
