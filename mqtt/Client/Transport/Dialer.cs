using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace Roost.Mqtt.Client.Transport;

/// <summary>Makes a transport from the options, layer by layer: a socket, perhaps TLS on it, perhaps a WebSocket on that.</summary>
internal static class Dialer
{
    private const string Subprotocol = "mqtt"; // [MQTT-6.0.0-3]

    /// <exception cref="IOException">The server cannot be reached, or will not have a WebSocket here.</exception>
    /// <exception cref="System.Security.Authentication.AuthenticationException">TLS failed; the message says why.</exception>
    public static async Task<ClientTransport> OpenAsync(MqttClientOptions options, CancellationToken cancellationToken)
    {
        if (options.WebSocket is { } webSocket)
        {
            return await OpenWebSocketAsync(options, webSocket, cancellationToken);
        }

        var (socket, stream) = await OpenStreamAsync(options, cancellationToken);
        return new StreamTransport(socket, stream);
    }

    private static async Task<(Socket Socket, Stream Stream)> OpenStreamAsync(MqttClientOptions options, CancellationToken cancellationToken)
    {
        var socket = options.UnixSocketPath is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(options.UnixSocketPath is { } path ? new UnixDomainSocketEndPoint(path) : new DnsEndPoint(options.Host, options.Port), cancellationToken);
            stream = new NetworkStream(socket, ownsSocket: true);
            return (socket, options.Tls is { } tls ? await TlsHandshake.RunAsync(stream, tls, options.Host, cancellationToken) : stream);
        }
        catch (Exception exception)
        {
            socket.Dispose();
            if (stream is not null)
            {
                await stream.DisposeAsync();
            }

            if (exception is SocketException refused)
            {
                throw new IOException(refused.Message, refused);
            }

            throw;
        }
    }

    private static async Task<ClientTransport> OpenWebSocketAsync(
        MqttClientOptions options, MqttWebSocketOptions webSocket, CancellationToken cancellationToken)
    {
        var client = new ClientWebSocket();
        client.Options.AddSubProtocol(Subprotocol);
        client.Options.KeepAliveInterval = TimeSpan.Zero; // PINGREQ is enough
        foreach (var (name, value) in webSocket.Headers)
        {
            client.Options.SetRequestHeader(name, value);
        }

        // The stream below is ours, TLS included: one code for certificates and their faults, whatever runs over it.
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, connecting) => (await OpenStreamAsync(options, connecting)).Stream,
        };
        var invoker = new HttpMessageInvoker(handler);
        try
        {
            await client.ConnectAsync(AddressOf(options, webSocket), invoker, cancellationToken);
            return client.SubProtocol == Subprotocol
                ? new WebSocketTransport(client, invoker)
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
            if (cause is System.Security.Authentication.AuthenticationException or SocketException)
            {
                return cause is SocketException ? new IOException(cause.Message, cause) : cause;
            }
        }

        return new IOException($"the server does not open a WebSocket here: {webSocket.Message.TrimEnd('.')}; check port and path", webSocket);
    }
}
