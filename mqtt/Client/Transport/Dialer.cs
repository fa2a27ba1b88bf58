using System.Net.Sockets;
using System.Net.WebSockets;

namespace Roost.Mqtt.Client.Transport;

/// <summary>Makes a transport from the options, layer by layer: a socket, perhaps TLS on it, perhaps a WebSocket on that.</summary>
internal static class Dialer
{
    private const string Subprotocol = "mqtt"; // [MQTT-6.0.0-3]

    /// <exception cref="IOException">The server cannot be reached, or will not have a WebSocket here.</exception>
    /// <exception cref="System.Security.Authentication.AuthenticationException">TLS failed; the message says why.</exception>
    public static async Task<ClientTransport> OpenAsync(MqttClientOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (options.WebSocket is { } webSocket)
        {
            return await OpenWebSocketAsync(options, webSocket, clock, cancellationToken);
        }

        var (socket, stream) = await OpenStreamAsync(options, clock, cancellationToken);
        return new StreamTransport(socket, stream);
    }

    private static async Task<(Socket Socket, Stream Stream)> OpenStreamAsync(MqttClientOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        var socket = await OpenSocketAsync(options, clock, cancellationToken);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            await PassProxyAsync(options, stream, cancellationToken);
            return (socket, options.Tls is { } tls ? await TlsHandshake.RunAsync(stream, tls, options.Host, clock, cancellationToken) : stream);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static Task<Socket> OpenSocketAsync(MqttClientOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (options.UnixSocketPath is { } path)
        {
            return OpenUnixSocketAsync(path, cancellationToken);
        }

        var (host, port) = options.Proxy is { } proxy ? (proxy.Host, proxy.Port) : (options.Host, options.Port);
        return TcpDialer.ConnectAsync(host, port, options.UnacknowledgedTimeout, clock, cancellationToken);
    }

    private static async Task<Socket> OpenUnixSocketAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new IOException(exception.Message, exception);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static Task PassProxyAsync(MqttClientOptions options, Stream stream, CancellationToken cancellationToken) => options.Proxy switch
    {
        null => Task.CompletedTask,
        { Kind: MqttProxyKind.Socks5 } proxy => SocksProxy.OpenAsync(stream, proxy, options.Host, options.Port, cancellationToken),
        { } proxy => HttpConnectProxy.OpenAsync(stream, proxy, options.Host, options.Port, cancellationToken),
    };

    private static async Task<ClientTransport> OpenWebSocketAsync(
        MqttClientOptions options, MqttWebSocketOptions webSocket, TimeProvider clock, CancellationToken cancellationToken)
    {
        var client = new ClientWebSocket();
        client.Options.AddSubProtocol(Subprotocol);
        client.Options.KeepAliveInterval = TimeSpan.Zero; // PINGREQ is enough
        foreach (var (name, value) in webSocket.Headers)
        {
            client.Options.SetRequestHeader(name, value);
        }

        // The stream below is ours, TLS included: one code for certificates and their faults, whatever runs over it.
        Socket? socket = null;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, connecting) =>
            {
                (socket, var stream) = await OpenStreamAsync(options, clock, connecting);
                return stream;
            },
        };
        var invoker = new HttpMessageInvoker(handler);
        try
        {
            await client.ConnectAsync(AddressOf(options, webSocket), invoker, cancellationToken);
            return client.SubProtocol == Subprotocol
                ? new WebSocketTransport(client, invoker, socket!)
                : throw new IOException("the server did not take the subprotocol mqtt [MQTT-6.0.0-3]");
        }
        catch (Exception exception)
        {
            client.Dispose();
            invoker.Dispose();
            throw exception is WebSocketException ? Explain(exception) : exception;
        }
    }

    /// <remarks><c>ws</c> also for <c>wss</c>: the stream is secure already.</remarks>
    private static Uri AddressOf(MqttClientOptions options, MqttWebSocketOptions webSocket)
    {
        var host = options.Host.Contains(':') ? $"[{options.Host}]" : options.Host; // an IPv6 address
        return new Uri($"ws://{host}:{options.Port}{webSocket.Path}");
    }

    /// <summary>What failed beneath the WebSocket, where it was not the WebSocket itself.</summary>
    private static Exception Explain(Exception webSocket)
    {
        for (var cause = webSocket.InnerException; cause is not null; cause = cause.InnerException)
        {
            if (cause is System.Security.Authentication.AuthenticationException || cause.GetType() == typeof(IOException)) // as OpenStreamAsync has thrown it
            {
                return cause;
            }
        }

        return new IOException($"the server does not open a WebSocket here: {webSocket.Message.TrimEnd('.')}; check port and path", webSocket);
    }
}
