using System.Net;
using System.Net.Sockets;

namespace Roost.EndToEnd.Tests;

/// <summary>A TCP way to a server that can be cut, with everything on it, and restored. While it is cut nobody gets through.</summary>
internal sealed class CuttableLink(int serverPort) : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly List<Task> _tasks = [];
    private CancellationTokenSource? _up;
    private long _bytes;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Carried so far, both ways.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public void Start()
    {
        _listener.Start();
        _tasks.Add(AcceptAsync());
    }

    public void Restore()
    {
        lock (_gate)
        {
            _up ??= new CancellationTokenSource();
        }
    }

    public void Cut()
    {
        CancellationTokenSource? up;
        lock (_gate)
        {
            (up, _up) = (_up, null);
        }

        up?.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        Cut();
        _listener.Dispose();
        await Task.WhenAll(_tasks.ToArray());
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                CancellationTokenSource? up;
                lock (_gate)
                {
                    up = _up;
                }

                if (up is null)
                {
                    client.Dispose();
                }
                else
                {
                    _tasks.Add(CarryAsync(client, up.Token));
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // the test is over
        }
    }

    private async Task CarryAsync(TcpClient client, CancellationToken cut)
    {
        using (client)
        using (var server = new TcpClient { NoDelay = true })
        {
            try
            {
                client.NoDelay = true;
                await server.ConnectAsync(IPAddress.Loopback, serverPort, cut);
                await Task.WhenAny(CopyAsync(client.GetStream(), server.GetStream(), cut), CopyAsync(server.GetStream(), client.GetStream(), cut));
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
            {
                // one side has gone, or the link was cut
            }
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, CancellationToken cut)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReadAsync(buffer, cut) is var read and > 0)
            {
                Interlocked.Add(ref _bytes, read);
                await to.WriteAsync(buffer.AsMemory(0, read), cut);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // as in CarryAsync
        }
    }
}
