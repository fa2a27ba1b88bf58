using System.Net;
using System.Net.Sockets;

namespace Roost.Streams.Tests.Upstream;

/// <summary>Answers every CONNECT with the same bytes, and closes.</summary>
internal sealed class OneWordServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;

    public OneWordServer(params byte[] answer)
    {
        _listener.Start();
        _serving = ServeAsync(answer);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _serving;
    }

    private async Task ServeAsync(byte[] answer)
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                var heard = new byte[1024];
                _ = await client.GetStream().ReadAsync(heard);
                await client.GetStream().WriteAsync(answer);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // the test is over
        }
    }
}
