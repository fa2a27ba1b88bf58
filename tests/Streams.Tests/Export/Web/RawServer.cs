using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Roost.Streams.Tests.Export.Web;

/// <summary>Whatever a server should not do: each connection is handed to <paramref name="serve"/>, in turn.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _serving;

    public RawServer(Func<RawConnection, Task> serve)
    {
        _listener.Start();
        _serving = ServeAsync(serve);
    }

    public string Url => $"http://{_listener.LocalEndpoint}/batches";

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        try
        {
            await _serving;
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException or InvalidOperationException) // the last: not listening
        {
            // The end of the test is one for what it does not wait for, too.
        }

        _stopping.Dispose();
    }

    private async Task ServeAsync(Func<RawConnection, Task> serve)
    {
        while (!_stopping.IsCancellationRequested)
        {
            using var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
            await serve(new RawConnection(client.GetStream(), _stopping.Token));
        }
    }
}

internal sealed class RawConnection(NetworkStream stream, CancellationToken stopping)
{
    /// <returns>The head of the next request, up to its empty line.</returns>
    public async Task<string> ReadHeadAsync()
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, stopping) > 0)
        {
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    /// <returns>The body, as long as the head says.</returns>
    public async Task<byte[]> ReadBodyAsync(string head)
    {
        var line = head.Split("\r\n").Single(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        var body = new byte[int.Parse(line.Split(':')[1])];
        await stream.ReadExactlyAsync(body, stopping);
        return body;
    }

    public async Task ReadRequestAsync() => await ReadBodyAsync(await ReadHeadAsync());

    public async Task SendAsync(string text) => await SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await stream.WriteAsync(bytes, stopping);

    /// <summary>Until the client closes, or the test ends.</summary>
    public async Task<int> ReadToEndAsync()
    {
        var buffer = new byte[64 * 1024];
        var all = 0;
        try
        {
            while (await stream.ReadAsync(buffer, stopping) is var read and > 0)
            {
                all += read;
            }
        }
        catch (IOException)
        {
            // a reset is an end
        }

        return all;
    }

    public void Reset()
    {
        stream.Socket.LingerState = new LingerOption(enable: true, 0);
        stream.Socket.Close();
    }
}
