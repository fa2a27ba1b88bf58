using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Roost.Streams.Tests.Bridge;

/// <summary>A link to a server that ends the connection when the client says a certain word: a server that cannot bear one message.</summary>
internal sealed class PoisonLink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _running = [];
    private readonly int _target;
    private readonly byte[] _word;

    public PoisonLink(int target, string word)
    {
        _target = target;
        _word = Encoding.UTF8.GetBytes(word);
        _listener.Start();
        _running.Add(AcceptAsync());
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

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
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, _stopping.Token) is var read and > 0)
            {
                if (fromClient && buffer.AsSpan(0, read).IndexOf(_word) >= 0)
                {
                    break;
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _stopping.Token);
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
