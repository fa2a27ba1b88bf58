using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Roost.Streams.Tests;

/// <summary>A TCP link to a server that can fall silent: it stays open, takes everything and delivers nothing. Or it is cut.</summary>
internal sealed class SilentLink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _running = [];
    private readonly int _target;
    private readonly ConcurrentQueue<TcpClient> _ends = [];
    private volatile bool _silent;
    private volatile bool _cutOnSecondWords;
    private volatile int _connections;

    public SilentLink(int target)
    {
        _target = target;
        _listener.Start();
        _running.Add(AcceptAsync());
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public bool Silent
    {
        get => _silent;
        set => _silent = value;
    }

    /// <summary>Ends a connection when the client sends anything after its CONNECT: what a server that hangs up looks like.</summary>
    public bool CutOnSecondWords
    {
        get => _cutOnSecondWords;
        set => _cutOnSecondWords = value;
    }

    /// <summary>Made so far.</summary>
    public int Connections => _connections;

    /// <summary>Ends the connections there are; new ones are taken.</summary>
    public void Cut()
    {
        while (_ends.TryDequeue(out var end))
        {
            end.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await Task.WhenAll(_running);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                var server = new TcpClient();
                await server.ConnectAsync(IPAddress.Loopback, _target, _stopping.Token);
                _ends.Enqueue(client);
                _ends.Enqueue(server);
                _connections++;
                _running.Add(CarryAsync(client, server, fromClient: true));
                _running.Add(CarryAsync(server, client, fromClient: false));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // the test is over
        }
    }

    private async Task CarryAsync(TcpClient from, TcpClient to, bool fromClient)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            for (var words = 1; await from.GetStream().ReadAsync(buffer, _stopping.Token) is var read and > 0; words++)
            {
                if (_cutOnSecondWords && fromClient && words > 1)
                {
                    break;
                }

                if (!_silent)
                {
                    await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _stopping.Token);
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or InvalidOperationException)
        {
            // an end hung up
        }

        from.Dispose();
        to.Dispose();
    }
}
