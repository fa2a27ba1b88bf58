using System.Net.Sockets;
using System.Net.WebSockets;

namespace Roost.Mqtt.Client.Transport;

/// <summary>Binary frames of a WebSocket; where one ends has no meaning [MQTT-6.0.0-2].</summary>
/// <param name="handler">What carries the WebSocket; it goes with it.</param>
/// <param name="socket">What it all ends in; it goes with the handler.</param>
internal sealed class WebSocketTransport(ClientWebSocket webSocket, HttpMessageInvoker handler, Socket socket) : ClientTransport
{
    public override MqttUpload Upload => SocketUpload.Read(socket);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var received = await webSocket.ReceiveAsync(buffer, cancellationToken);
                switch (received.MessageType)
                {
                    case WebSocketMessageType.Close:
                        return 0;
                    case WebSocketMessageType.Text:
                        throw new IOException("the server sent text over the WebSocket, where only binary frames belong"); // [MQTT-6.0.0-1]
                    case WebSocketMessageType.Binary when received.Count > 0:
                        return received.Count;
                }
            }
        }
        catch (Exception exception) when (IsEnd(exception, cancellationToken))
        {
            throw new IOException(exception.Message, exception);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await webSocket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }
        catch (Exception exception) when (IsEnd(exception, cancellationToken))
        {
            throw new IOException(exception.Message, exception);
        }
    }

    public override async ValueTask EndWritingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await webSocket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, cancellationToken);
        }
        catch (Exception exception) when (IsEnd(exception, cancellationToken))
        {
            throw new IOException(exception.Message, exception);
        }
    }

    public override void Abort() => webSocket.Abort();

    public override ValueTask DisposeAsync()
    {
        webSocket.Dispose();
        handler.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <remarks>An aborted WebSocket ends a read as if it had been cancelled.</remarks>
    private static bool IsEnd(Exception exception, CancellationToken cancellationToken) =>
        exception is WebSocketException or ObjectDisposedException or InvalidOperationException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}
