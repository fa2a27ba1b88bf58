using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client;

/// <summary>
/// One network connection, from CONNECT to its end: a reader that hands packets to the session, a writer that puts all that is
/// queued into one write, and the keep-alive timer. It is not used again after it failed.
/// </summary>
internal sealed class ClientConnection : IAsyncDisposable
{
    private const int ReceiveBytes = 8 * 1024;

    /// <summary>QoS 0 publishers wait while more than this waits for the socket.</summary>
    private const int HighWaterBytes = 256 * 1024;

    /// <summary>For the last words to a server that may not read any more.</summary>
    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(2);

    private readonly MqttClientOptions _options;
    private readonly TimeProvider _clock;
    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly OutputBuffer _output = new();
    private readonly KeepAliveTimer _keepAlive;
    private readonly TaskCompletionSource _read = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MqttConnectionException? _failure;

    // Reader only.
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(ReceiveBytes);
    private int _start;
    private int _end;

    private ClientConnection(MqttClientOptions options, TimeProvider clock, Socket socket, Stream stream)
    {
        _options = options;
        _clock = clock;
        _socket = socket;
        _stream = stream;
        _keepAlive = new KeepAliveTimer(clock, options.PingTimeout, SendPing, () => Fail(Error("no answer to PINGREQ", reasonCode: ReasonCode.KeepAliveTimeout)));
    }

    public MqttProtocolVersion Version => _options.ProtocolVersion;

    public ConnAckPacket ConnAck { get; private set; } = new();

    /// <summary>What the server takes at most, in bytes.</summary>
    public int MaxSendBytes => (int)Math.Min(ConnAck.MaximumPacketSize ?? int.MaxValue, int.MaxValue);

    /// <summary>Connects, says CONNECT and waits for a CONNACK that accepts.</summary>
    /// <exception cref="MqttConnectionException">The network or the server refused, or <see cref="MqttClientOptions.ConnectTimeout"/> passed.</exception>
    public static async Task<ClientConnection> OpenAsync(
        MqttClientOptions options, ConnectPacket connect, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        ClientConnection? connection = null;
        try
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            var stream = await OpenStreamAsync(socket, options, either.Token);
            connection = new ClientConnection(options, clock, socket, stream);
            await connection.HandshakeAsync(connect, either.Token);
            return connection;
        }
        catch (Exception exception)
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }

            cancellationToken.ThrowIfCancellationRequested();
            throw exception switch
            {
                MqttConnectionException => exception,
                OperationCanceledException => Error(options, null, $"no CONNACK within {options.ConnectTimeout.TotalSeconds:0.###} s", exception),
                SocketException or IOException => Error(options, null, $"the connection failed: {exception.Message.TrimEnd('.')}", exception),
                AuthenticationException => Error(options, null, $"TLS failed: {exception.Message.TrimEnd('.')}", exception),
                _ => exception,
            };
        }
    }

    /// <summary>Serves the connection until it ends.</summary>
    /// <returns>Why it ended.</returns>
    public async Task<MqttConnectionException> RunAsync(ClientSession session, MessageDispatcher dispatcher)
    {
        var writer = WriteLoopAsync();
        try
        {
            await ReadLoopAsync(session, dispatcher);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            Fail(Error($"the connection was lost: {exception.Message.TrimEnd('.')}", exception));
        }

        _read.TrySetResult();
        await CloseAfterAsync(writer);
        return _failure!;
    }

    public void Send(ControlPacket packet)
    {
        var size = packet.GetSize(Version);
        _output.Append(size, (packet, Version), static (destination, state) => state.packet.Write(destination, state.Version));
        _output.Flush();
    }

    /// <param name="size">What <see cref="MessageEncoder.GetSize"/> says.</param>
    public void SendPublish(MqttMessage message, int size, ushort packetIdentifier, bool duplicate)
    {
        _output.Append(size, (message, Version, packetIdentifier, duplicate), static (destination, state) =>
            MessageEncoder.Write(destination, state.message, state.Version, state.packetIdentifier, state.duplicate));
    }

    public void SendAcknowledgement(PacketType type, ushort packetIdentifier) =>
        _output.Append(4, (type, packetIdentifier), static (destination, state) =>
            Acknowledgement.Write(destination, state.type, state.packetIdentifier, MqttProtocolVersion.V311));

    /// <summary>Wakes the writer for what <see cref="SendPublish"/> and <see cref="SendAcknowledgement"/> appended.</summary>
    public void Flush() => _output.Flush();

    /// <summary>Completes at once unless much waits for the socket.</summary>
    public Task WaitForSpaceAsync() => _output.PendingBytes > HighWaterBytes ? _output.WaitForSpaceAsync() : Task.CompletedTask;

    /// <summary>Ends the connection; the first reason counts.</summary>
    public void Fail(MqttConnectionException reason)
    {
        if (Interlocked.CompareExchange(ref _failure, reason, null) is null)
        {
            _output.Complete();
            _stream.Dispose();
        }
    }

    /// <summary>Sends what is queued and a DISCONNECT, then closes.</summary>
    public async Task CloseAsync(DisconnectPacket disconnect, MqttConnectionException reason, CancellationToken cancellationToken)
    {
        Send(disconnect);
        _output.Complete();
        try
        {
            await _written.Task.WaitAsync(s_closeTimeout, _clock, cancellationToken);

            // Closing with unread bytes resets the connection, and the server may lose what it has not read yet: the server closes first.
            if (_stream is SslStream secure)
            {
                await secure.ShutdownAsync();
            }

            _socket.Shutdown(SocketShutdown.Send);
            await _read.Task.WaitAsync(s_closeTimeout, _clock, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or IOException or SocketException or ObjectDisposedException)
        {
            // It was broken already, or the server does not close: the rest is up to us.
        }
        finally
        {
            Fail(reason);
        }
    }

    public MqttConnectionException Error(string fault, Exception? inner = null, ReasonCode? reasonCode = null) =>
        Error(_options, reasonCode, fault, inner);

    public async ValueTask DisposeAsync()
    {
        _keepAlive.Dispose();
        _output.Complete();
        await _stream.DisposeAsync();
        if (Interlocked.Exchange(ref _buffer!, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static MqttConnectionException Error(MqttClientOptions options, ReasonCode? reasonCode, string fault, Exception? inner) =>
        new(options.Host, options.Port, reasonCode, fault, inner);

    private static async Task<Stream> OpenStreamAsync(Socket socket, MqttClientOptions options, CancellationToken cancellationToken)
    {
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(new DnsEndPoint(options.Host, options.Port), cancellationToken);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (options.Tls is { } tls)
            {
                tls.TargetHost ??= options.Host;
                var secure = new SslStream(stream);
                stream = secure;
                await secure.AuthenticateAsClientAsync(tls, cancellationToken);
            }

            return stream;
        }
        catch
        {
            socket.Dispose();
            if (stream is not null)
            {
                await stream.DisposeAsync();
            }

            throw;
        }
    }

    private async Task HandshakeAsync(ConnectPacket connect, CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(connect.ToArray(Version), cancellationToken);
        while (!TryReadConnAck())
        {
            if (await ReceiveAsync(cancellationToken) == 0)
            {
                throw Error("the server closed the connection before CONNACK");
            }
        }

        var keepAlive = ConnAck.ServerKeepAliveSeconds ?? connect.KeepAliveSeconds;
        _keepAlive.Start(TimeSpan.FromSeconds(keepAlive));
    }

    private bool TryReadConnAck()
    {
        switch (PacketFrame.TryRead(_buffer.AsSpan(_start, _end - _start), _options.MaxPacketBytes, out var frame, out var fault))
        {
            case DecodeStatus.NeedMore:
                EnsureSpace(frame.TotalBytes);
                return false;
            case DecodeStatus.Malformed:
                throw Error(fault.Detail, reasonCode: fault.ReasonCode);
        }

        if (frame.Type != PacketType.ConnAck)
        {
            throw Error($"the server answered CONNECT with {frame.Type}", reasonCode: ReasonCode.ProtocolError);
        }

        if (!ConnAckPacket.TryRead(frame, Version, out var connAck, out fault))
        {
            throw Error(fault.Detail, reasonCode: fault.ReasonCode);
        }

        if (connAck!.ReasonCode != ReasonCode.Success)
        {
            var explanation = connAck.ReasonString is { } text ? $": {text}" : "";
            throw Error($"the server refused the connection{explanation}", reasonCode: connAck.ReasonCode);
        }

        ConnAck = connAck;
        _start += frame.TotalBytes;
        return true;
    }

    private async Task ReadLoopAsync(ClientSession session, MessageDispatcher dispatcher)
    {
        while (_failure is null)
        {
            // Handle all that is there, then flush once, then wait for more.
            var dispatched = ValueTask.CompletedTask;
            while (dispatched.IsCompletedSuccessfully && TryHandlePacket(session, dispatcher, out dispatched))
            {
            }

            _output.Flush();
            if (!dispatched.IsCompletedSuccessfully)
            {
                _keepAlive.Pause(); // the handler has fallen behind: silence is ours, not the server's
                await dispatched;
                _keepAlive.Resume();
            }
            else if (_failure is null && await ReceiveAsync(CancellationToken.None) == 0)
            {
                Fail(Error("the server closed the connection"));
            }
        }
    }

    /// <returns>False when there is no further whole packet.</returns>
    private bool TryHandlePacket(ClientSession session, MessageDispatcher dispatcher, out ValueTask dispatched)
    {
        dispatched = ValueTask.CompletedTask;
        switch (PacketFrame.TryRead(_buffer.AsSpan(_start, _end - _start), _options.MaxPacketBytes, out var frame, out var fault))
        {
            case DecodeStatus.NeedMore:
                EnsureSpace(frame.TotalBytes);
                return false;
            case DecodeStatus.Malformed:
                FailForPeer(fault);
                return false;
        }

        _start += frame.TotalBytes;
        if (!TryHandle(frame, session, dispatcher, out dispatched, out fault))
        {
            FailForPeer(fault);
            return false;
        }

        return _failure is null;
    }

    private bool TryHandle(
        in PacketFrame frame, ClientSession session, MessageDispatcher dispatcher, out ValueTask dispatched, out PacketFault fault)
    {
        dispatched = ValueTask.CompletedTask;
        switch (frame.Type)
        {
            case PacketType.Publish:
                if (!PublishView.TryRead(frame, Version, PacketSender.Server, out var publish, out fault))
                {
                    return false;
                }

                if (publish.TopicAlias != 0)
                {
                    fault = new PacketFault(ReasonCode.TopicAliasInvalid, "the server uses a Topic Alias that was not offered"); // [MQTT-3.1.2-26]
                    return false;
                }

                if (session.Accept(this, publish))
                {
                    dispatched = dispatcher.DispatchAsync(this, publish);
                }

                return true;

            case PacketType.PubAck or PacketType.PubRec or PacketType.PubRel or PacketType.PubComp:
                if (!Acknowledgement.TryRead(frame, Version, out var acknowledgement, out fault))
                {
                    return false;
                }

                session.Acknowledge(this, frame.Type, acknowledgement);
                return true;

            case PacketType.SubAck or PacketType.UnsubAck:
                if (!SubscribeAcknowledgementPacket.TryRead(frame, Version, out var subscribed, out fault))
                {
                    return false;
                }

                session.CompleteRequest(subscribed!);
                return true;

            case PacketType.PingResp:
                _keepAlive.Received();
                return Ping.TryRead(frame, out fault);

            case PacketType.Disconnect:
                if (!DisconnectPacket.TryRead(frame, Version, PacketSender.Server, out var disconnect, out fault))
                {
                    return false;
                }

                var explanation = disconnect!.ReasonString is { } text ? $": {text}" : "";
                Fail(Error($"the server disconnected{explanation}", reasonCode: disconnect.ReasonCode));
                return true;

            default:
                fault = PacketFault.ProtocolError($"a server does not send {frame.Type} here");
                return false;
        }
    }

    /// <summary>Tells an MQTT 5 server what it did wrong, where the socket takes it, and closes.</summary>
    private void FailForPeer(PacketFault fault)
    {
        if (Version == MqttProtocolVersion.V500)
        {
            Send(new DisconnectPacket { ReasonCode = fault.ReasonCode });
        }

        Interlocked.CompareExchange(ref _failure, Error(fault.Detail, reasonCode: fault.ReasonCode), null);
    }

    private async Task CloseAfterAsync(Task writer)
    {
        _output.Complete();
        try
        {
            await writer.WaitAsync(s_closeTimeout, _clock);
        }
        catch (TimeoutException)
        {
            // Closing the stream ends the write that hangs.
        }

        await _stream.DisposeAsync();
        await writer;
    }

    private async ValueTask<int> ReceiveAsync(CancellationToken cancellationToken)
    {
        EnsureSpace(0);
        var received = await _stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += received;
        _keepAlive.Received();
        return received;
    }

    /// <summary>Makes room for a packet of <paramref name="packetBytes"/> from the read position on, and for one byte at least.</summary>
    private void EnsureSpace(int packetBytes)
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }

        if (_buffer.Length - _start >= packetBytes && _end < _buffer.Length)
        {
            return;
        }

        var unread = _buffer.AsSpan(_start, _end - _start);
        if (packetBytes > _buffer.Length || unread.Length == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(packetBytes, _buffer.Length * 2));
            unread.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        else
        {
            unread.CopyTo(_buffer);
        }

        _end -= _start;
        _start = 0;
    }

    private async Task WriteLoopAsync()
    {
        try
        {
            while (await _output.TakeAsync() is { IsEmpty: false } bytes)
            {
                await _stream.WriteAsync(bytes);
                _keepAlive.Sent();
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            Fail(Error($"the connection was lost: {exception.Message.TrimEnd('.')}", exception));
        }
        finally
        {
            _written.TrySetResult();
        }
    }

    private void SendPing()
    {
        _output.Append(2, 0, static (destination, _) =>
        {
            Ping.Request.CopyTo(destination);
            return 2;
        });
        _output.Flush();
    }
}
