using System.Security.Authentication;
using Roost.Mqtt.Client.Transport;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client.Connections;

/// <summary>
/// One network connection, from dialling to its end: a reader that handles all that is there, then flushes once; a writer that puts
/// all that is queued into one write; and the keep-alive timer. It is not used again after it failed.
/// </summary>
internal sealed class ClientConnection : IAsyncDisposable
{
    /// <summary>For the last words to a server that may not read any more.</summary>
    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(2);

    private readonly MqttClientOptions _options;
    private readonly TimeProvider _clock;
    private readonly ClientTransport _transport;
    private readonly PacketReceiver _receiver;
    private readonly KeepAliveTimer _keepAlive;
    private readonly TaskCompletionSource _read = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MqttConnectionException? _failure;
    private Reauthentication? _reauthentication;

    private ClientConnection(MqttClientOptions options, TimeProvider clock, ClientTransport transport, PacketReceiver receiver, ConnAckPacket connAck)
    {
        _options = options;
        _clock = clock;
        _transport = transport;
        _receiver = receiver;
        Server = ServerAnswer.ToProperties(connAck);
        Output = new PacketOutput(options.ProtocolVersion, Server, options.MaxSentTopicAliases);
        _keepAlive = new KeepAliveTimer(
            clock, options.PingTimeout, () => transport.Upload, Output.SendPing, () => Fail(Error("no answer to PINGREQ", ReasonCode.KeepAliveTimeout)));
        _keepAlive.Start(Server.KeepAlive ?? options.KeepAlive); // [MQTT-3.1.2-21], [MQTT-3.2.2-21]
    }

    public MqttServerProperties Server { get; }

    public PacketOutput Output { get; }

    public MqttUpload Upload => _transport.Upload;

    /// <summary>Connects, says CONNECT and waits for a CONNACK that accepts.</summary>
    /// <exception cref="MqttConnectionException">The network or the server refused, or <see cref="MqttClientOptions.ConnectTimeout"/> passed.</exception>
    public static async Task<ClientConnection> OpenAsync(
        MqttClientOptions options, string clientIdentifier, bool cleanStart, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        ClientTransport? transport = null;
        PacketReceiver? receiver = null;
        try
        {
            transport = await Dialer.OpenAsync(options, clock, either.Token);
            receiver = new PacketReceiver(transport, options.MaxPacketBytes);
            var connAck = await new ConnectHandshake(transport, receiver, options).RunAsync(clientIdentifier, cleanStart, either.Token);
            return new ClientConnection(options, clock, transport, receiver, connAck);
        }
        catch (Exception exception)
        {
            if (transport is not null)
            {
                await transport.DisposeAsync();
            }

            receiver?.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw Explain(options, exception);
        }
    }

    /// <summary>Opens what MQTT would run over, TLS included, and closes it again.</summary>
    /// <exception cref="MqttConnectionException">It cannot be opened.</exception>
    public static async Task ProbeAsync(MqttClientOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await using var transport = await Dialer.OpenAsync(options, clock, either.Token);
        }
        catch (Exception exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Explain(options, exception);
        }
    }

    /// <summary>Serves the connection until it ends.</summary>
    /// <returns>Why it ended.</returns>
    public async Task<MqttConnectionException> RunAsync(PacketHandler handler)
    {
        var writer = WriteLoopAsync();
        try
        {
            await ReadLoopAsync(handler);
        }
        catch (IOException exception)
        {
            Fail(Error($"the connection was lost: {exception.Message.TrimEnd('.')}", inner: exception));
        }

        _read.TrySetResult();
        await EndWriterAsync(writer);
        Volatile.Read(ref _reauthentication)?.Fail(_failure!);
        return _failure!;
    }

    /// <summary>Ends the connection at once; the first reason counts.</summary>
    public void Fail(MqttConnectionException reason)
    {
        if (Interlocked.CompareExchange(ref _failure, reason, null) is null)
        {
            Output.Complete();
            _transport.Abort();
        }
    }

    /// <summary>Sends what is queued and a DISCONNECT, then closes.</summary>
    public async Task CloseAsync(DisconnectPacket disconnect, MqttConnectionException reason, CancellationToken cancellationToken)
    {
        Output.Send(disconnect);
        Output.Complete();
        try
        {
            await _written.Task.WaitAsync(s_closeTimeout, _clock, cancellationToken);
            await _transport.EndWritingAsync(cancellationToken);
            await _read.Task.WaitAsync(s_closeTimeout, _clock, cancellationToken); // the server closes first: see EndWritingAsync
        }
        catch (Exception exception) when (exception is TimeoutException or IOException)
        {
            // It was broken already, or the server does not close: the rest is up to us.
        }
        finally
        {
            Fail(reason);
        }
    }

    /// <summary>Runs a re-authentication; one at a time.</summary>
    /// <exception cref="MqttConnectionException">It failed, and the connection with it.</exception>
    public async Task ReauthenticateAsync(IMqttClientAuthentication authentication, CancellationToken cancellationToken)
    {
        var reauthentication = new Reauthentication(authentication, Output);
        if (Interlocked.CompareExchange(ref _reauthentication, reauthentication, null) is not null)
        {
            throw new InvalidOperationException("A re-authentication is under way already.");
        }

        if (_read.Task.IsCompleted)
        {
            throw _failure!;
        }

        try
        {
            if (!await reauthentication.RunAsync(cancellationToken))
            {
                throw Error("the server failed the re-authentication", ReasonCode.NotAuthorized);
            }
        }
        catch (Exception exception)
        {
            // Half an exchange cannot be taken back: the next one needs a connection of its own.
            Fail(exception as MqttConnectionException ?? Error("the re-authentication failed on our side", inner: exception));
            throw;
        }
        finally
        {
            Volatile.Write(ref _reauthentication, null);
        }
    }

    /// <summary>For the reader: AUTH has come.</summary>
    /// <returns>False where nobody waits for it.</returns>
    public bool TryTake(AuthPacket packet) => Volatile.Read(ref _reauthentication)?.TryTake(packet) ?? false;

    public MqttConnectionException Error(string fault, ReasonCode? reasonCode = null, Exception? inner = null) =>
        new(_options.Endpoint, reasonCode, fault, inner);

    public async ValueTask DisposeAsync()
    {
        _keepAlive.Dispose();
        Output.Complete();
        await _transport.DisposeAsync();
        _receiver.Dispose();
    }

    private static MqttConnectionException Explain(MqttClientOptions options, Exception exception) => exception switch
    {
        MqttConnectionException refused => refused,
        OperationCanceledException => new MqttConnectionException(
            options.Endpoint, null, $"{(exception is LookUpCanceledException ? exception.Message : "no CONNACK")} within {options.ConnectTimeout.TotalSeconds:0.###} s", exception),
        AuthenticationException => new MqttConnectionException(options.Endpoint, null, $"TLS failed: {exception.Message.TrimEnd('.')}", exception),
        IOException => new MqttConnectionException(options.Endpoint, null, $"the connection failed: {exception.Message.TrimEnd('.')}", exception),
        _ => new MqttConnectionException( // an authentication exchange that is not ours, a header that HTTP does not take: the next attempt may fare better
            options.Endpoint, null, $"the attempt failed on our side: {exception.Message.TrimEnd('.')}", exception),
    };

    private async Task ReadLoopAsync(PacketHandler handler)
    {
        while (_failure is null)
        {
            // Handle all that is there, then flush once, then wait for more.
            var dispatched = ValueTask.CompletedTask;
            while (dispatched.IsCompletedSuccessfully && TryHandlePacket(handler, out dispatched))
            {
            }

            Output.Flush();
            if (!dispatched.IsCompletedSuccessfully)
            {
                _keepAlive.Pause(); // the handler has fallen behind: silence is ours, not the server's
                await dispatched;
                _keepAlive.Resume();
            }
            else if (_failure is null)
            {
                if (await _receiver.ReceiveAsync(CancellationToken.None) == 0)
                {
                    Fail(Error("the server closed the connection"));
                }

                _keepAlive.Received();
            }
        }
    }

    /// <returns>False when there is no further whole packet.</returns>
    private bool TryHandlePacket(PacketHandler handler, out ValueTask dispatched)
    {
        dispatched = ValueTask.CompletedTask;
        switch (_receiver.TryRead(out var frame, out var fault))
        {
            case DecodeStatus.NeedMore:
                return false;
            case DecodeStatus.Complete when handler.TryHandle(frame, out dispatched, out fault):
                return _failure is null;
            default:
                FailForPeer(fault);
                return false;
        }
    }

    /// <summary>Tells an MQTT 5 server what it did wrong, where the socket takes it, and closes.</summary>
    private void FailForPeer(PacketFault fault)
    {
        if (Output.Version == MqttProtocolVersion.V500)
        {
            Output.Send(new DisconnectPacket { ReasonCode = fault.ReasonCode }); // [MQTT-4.13.1-1]
        }

        Interlocked.CompareExchange(ref _failure, Error(fault.Detail, fault.ReasonCode), null);
    }

    private async Task EndWriterAsync(Task writer)
    {
        Output.Complete();
        try
        {
            await writer.WaitAsync(s_closeTimeout, _clock);
        }
        catch (TimeoutException)
        {
            // Aborting ends the write that hangs.
        }

        _transport.Abort();
        await writer;
    }

    private async Task WriteLoopAsync()
    {
        try
        {
            while (await Output.TakeAsync() is { IsEmpty: false } bytes)
            {
                await _transport.WriteAsync(bytes, CancellationToken.None);
                _keepAlive.Sent();
            }
        }
        catch (IOException exception)
        {
            Fail(Error($"the connection was lost: {exception.Message.TrimEnd('.')}", inner: exception));
        }
        finally
        {
            _written.TrySetResult();
        }
    }
}
