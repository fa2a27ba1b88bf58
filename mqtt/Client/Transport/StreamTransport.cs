using System.Net.Security;
using System.Net.Sockets;

namespace Roost.Mqtt.Client.Transport;

/// <summary>TCP or a unix socket, plain or with TLS.</summary>
/// <param name="socket">What <paramref name="stream"/> ends in; it goes with the stream.</param>
internal sealed class StreamTransport(Socket socket, Stream stream) : ClientTransport
{
    public override MqttUpload Upload => SocketUpload.Read(socket);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            throw new IOException(exception.Message, exception);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(bytes, cancellationToken);
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            throw new IOException(exception.Message, exception);
        }
    }

    public override async ValueTask EndWritingAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (stream is SslStream secure)
            {
                await secure.ShutdownAsync().WaitAsync(cancellationToken);
            }

            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            throw new IOException(exception.Message, exception);
        }
    }

    public override void Abort() => socket.Dispose();

    public override ValueTask DisposeAsync() => stream.DisposeAsync();

    private static bool IsEnd(Exception exception) => exception is SocketException or ObjectDisposedException or InvalidOperationException;
}
