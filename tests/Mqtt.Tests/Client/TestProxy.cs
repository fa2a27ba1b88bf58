using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Roost.Mqtt.Tests.Client;

/// <summary>A proxy that knows one user: HTTP CONNECT, or SOCKS 5 where the client begins with its version.</summary>
internal sealed class TestProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private readonly List<Task> _served = [];

    public TestProxy()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What it was asked for last: <c>host:port</c>.</summary>
    public string? Asked { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_served);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _served.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // the test is over
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var first = await ReadAsync(stream, 1);
                var target = first[0] == 5 ? await AcceptSocksAsync(stream) : await AcceptHttpAsync(stream, (char)first[0]);
                if (target is null)
                {
                    return;
                }

                await server.ConnectAsync(IPAddress.Loopback, target.Value, _stopping.Token);
                await stream.WriteAsync(first[0] == 5 ? (byte[])[5, 0, 0, 1, 127, 0, 0, 1, 0, 0] : "HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n"u8.ToArray(), _stopping.Token);
                await Task.WhenAny(stream.CopyToAsync(server.GetStream(), _stopping.Token), server.GetStream().CopyToAsync(stream, _stopping.Token));
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
            {
                // an end hung up
            }
        }
    }

    private async Task<int?> AcceptHttpAsync(NetworkStream stream, char first)
    {
        var head = first + await ReadHeadAsync(stream);
        var authority = head.Split(' ')[1];
        Asked = authority;
        if (!head.Contains("Proxy-Authorization: Basic " + Convert.ToBase64String("site:secret"u8), StringComparison.Ordinal))
        {
            await stream.WriteAsync("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
            return null;
        }

        return int.Parse(authority.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task<int?> AcceptSocksAsync(NetworkStream stream)
    {
        var methods = await ReadAsync(stream, (await ReadAsync(stream, 1))[0]);
        if (!methods.Contains((byte)2))
        {
            await stream.WriteAsync((byte[])[5, 0xFF]);
            return null;
        }

        await stream.WriteAsync((byte[])[5, 2]);
        var user = await ReadAsync(stream, (await ReadAsync(stream, 2))[1]);
        var password = await ReadAsync(stream, (await ReadAsync(stream, 1))[0]);
        if (!user.AsSpan().SequenceEqual("site"u8) || !password.AsSpan().SequenceEqual("secret"u8))
        {
            await stream.WriteAsync((byte[])[1, 1]);
            return null;
        }

        await stream.WriteAsync((byte[])[1, 0]);
        var name = Encoding.ASCII.GetString(await ReadAsync(stream, (await ReadAsync(stream, 5))[4]));
        var port = await ReadAsync(stream, 2);
        Asked = $"{name}:{(port[0] << 8) | port[1]}";
        return (port[0] << 8) | port[1];
    }

    private static async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            head.Append((char)(await ReadAsync(stream, 1))[0]);
        }

        return head.ToString();
    }

    private static async Task<byte[]> ReadAsync(NetworkStream stream, int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }
}
