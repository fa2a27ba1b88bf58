using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Roost.Streams.Tests.Bridge;

/// <summary>An MQTT 5 server that refuses subscriptions to <c>others/#</c>: in words, or by closing the connection. It publishes on <c>commands/go</c> to who asks for that.</summary>
internal sealed class StrictServer : IAsyncDisposable
{
    private const byte NotAuthorized = 0x87;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly bool _hangsUp;
    private readonly Task _accepting;

    public StrictServer(bool hangsUp)
    {
        _hangsUp = hangsUp;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                await ServeAsync(client.GetStream());
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // the test is over
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        try
        {
            while (true)
            {
                var (type, body) = await ReadAsync(stream);
                switch (type)
                {
                    case 0x10:
                        await stream.WriteAsync((byte[])[0x20, 3, 0, 0, 0], _stopping.Token);
                        break;
                    case 0x82 when !await TryAnswerSubscribeAsync(stream, body):
                        return;
                }
            }
        }
        catch (IOException)
        {
            // the client has gone
        }
    }

    private async Task<bool> TryAnswerSubscribeAsync(NetworkStream stream, byte[] body)
    {
        var codes = new List<byte>();
        var goes = false;
        for (var at = 3; at < body.Length;) // behind the identifier and no properties
        {
            var length = (body[at] << 8) | body[at + 1];
            var filter = Encoding.UTF8.GetString(body, at + 2, length);
            goes |= filter == "commands/#";
            codes.Add(filter == "others/#" ? NotAuthorized : (byte)1);
            at += 3 + length;
        }

        if (_hangsUp && codes.Contains(NotAuthorized))
        {
            return false;
        }

        await stream.WriteAsync((byte[])[0x90, (byte)(3 + codes.Count), body[0], body[1], 0, .. codes], _stopping.Token);
        if (goes)
        {
            await stream.WriteAsync((byte[])[0x30, 16, 0, 11, .. "commands/go"u8, 0, .. "go"u8], _stopping.Token);
        }

        return true;
    }

    private async Task<(int Type, byte[] Body)> ReadAsync(NetworkStream stream)
    {
        var head = new byte[1];
        await stream.ReadExactlyAsync(head, _stopping.Token);
        var (type, length, shift) = ((int)head[0], 0, 0);
        do
        {
            await stream.ReadExactlyAsync(head, _stopping.Token);
            length |= (head[0] & 0x7F) << shift;
            shift += 7;
        }
        while ((head[0] & 0x80) != 0);

        var body = new byte[length];
        await stream.ReadExactlyAsync(body, _stopping.Token);
        return (type, body);
    }
}
