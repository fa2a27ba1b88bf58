using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client;

/// <summary>
/// An MQTT 3.1.1 and 5.0 client that keeps its connection up. Any thread may call. Messages are sent in the order of the calls.
/// </summary>
public sealed class MqttClient : IAsyncDisposable
{
    private readonly MqttClientOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ClientSession _session;
    private readonly ReconnectBackoff _backoff;
    private readonly CancellationTokenSource _stopping = new();
    private MessageDispatcher? _dispatcher;
    private ClientConnection? _connection;
    private Task? _running;
    private int _started;

    public MqttClient(MqttClientOptions options, TimeProvider? clock = null, ILogger? logger = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxInflight, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxInflight, ushort.MaxValue / 2, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxReceivedMessages, 1, nameof(options));
        if (options is { ProtocolVersion: MqttProtocolVersion.V311, Password: not null, UserName: null })
        {
            throw new ArgumentException("MQTT 3.1.1 has no password without a user name [MQTT-3.1.2-22].", nameof(options));
        }

        _options = options;
        _clock = clock ?? TimeProvider.System;
        _logger = logger ?? NullLogger.Instance;
        _session = new ClientSession(options, _logger);
        _backoff = new ReconnectBackoff(options.ReconnectDelay, options.ReconnectDelayMax, Random.Shared);
        ClientIdentifier = options.ClientIdentifier;
    }

    /// <summary>
    /// Called for each message, one after the other, in the order of arrival; set it before connecting. A message is acknowledged
    /// when the result completes; a fault withholds the acknowledgement of QoS 1 and 2 and closes the connection, so that the
    /// server sends the message again. It must not block; it may await, <see cref="PublishAsync"/> included. The token is cancelled when the client closes.
    /// </summary>
    public Func<MqttReceivedMessage, CancellationToken, ValueTask> MessageHandler { get; set; } = static (_, _) => ValueTask.CompletedTask;

    /// <summary>Told of every change of <see cref="State"/>, in order; set it before connecting. It must return soon.</summary>
    public Action<MqttConnectionChange>? ConnectionChanged { get; set; }

    public MqttConnectionState State { get; private set; }

    /// <summary>The one that the server assigned, where none was given.</summary>
    public string ClientIdentifier { get; private set; }

    /// <summary>Makes the first connection and keeps it up from then on.</summary>
    /// <exception cref="MqttConnectionException">There is no first connection; the client stays as it was and may be tried again.</exception>
    public async Task ConnectAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfStarted();
        ClientConnection connection;
        try
        {
            connection = await OpenAsync(_options.CleanStart, cancellationToken);
        }
        catch (Exception exception)
        {
            _started = 0;
            Report(new MqttConnectionChange(MqttConnectionState.Disconnected, exception as MqttConnectionException));
            throw;
        }

        Run(connection);
    }

    /// <summary>Keeps trying to connect in the background; messages and subscriptions wait until it does.</summary>
    public void Start()
    {
        ThrowIfStarted();
        Run(null);
    }

    /// <returns>
    /// QoS 1 and 2: completes when the server has acknowledged (PUBACK, PUBCOMP), over as many connections as that takes. Many may be in
    /// flight at once. Cancelling stops the waiting, and the sending only where it has not begun. QoS 0: completes when the message
    /// is on its way to the socket.
    /// </returns>
    /// <exception cref="MqttPublishRefusedException">The server refused it, or more than <see cref="MqttClientOptions.MaxQueuedMessages"/> wait.</exception>
    /// <exception cref="MqttConnectionException">The client was closed before the acknowledgement; or, at QoS 0, there is no connection.</exception>
    public ValueTask PublishAsync(MqttMessage message, CancellationToken cancellationToken = default) =>
        _session.PublishAsync(message, cancellationToken);

    /// <summary>Subscribes now, or as soon as there is a connection, and again on each connection that finds no session.</summary>
    /// <returns>The QoS granted, which may be lower.</returns>
    /// <exception cref="MqttSubscriptionRefusedException">The server refused.</exception>
    public async Task<QualityOfService> SubscribeAsync(
        TopicFilter filter, QualityOfService qualityOfService = QualityOfService.AtLeastOnce, CancellationToken cancellationToken = default)
    {
        var subscription = new SubscriptionRequest(filter.Value, qualityOfService);
        var reasonCode = await _session.RequestAsync(
            identifier => new SubscribePacket { PacketIdentifier = identifier, Subscriptions = [subscription] }, cancellationToken);
        return reasonCode < ReasonCode.UnspecifiedError
            ? (QualityOfService)reasonCode
            : throw new MqttSubscriptionRefusedException(filter, reasonCode);
    }

    /// <exception cref="MqttSubscriptionRefusedException">The server refused. That there was no such subscription is no refusal.</exception>
    public async Task UnsubscribeAsync(TopicFilter filter, CancellationToken cancellationToken = default)
    {
        var reasonCode = await _session.RequestAsync(
            identifier => new UnsubscribePacket { PacketIdentifier = identifier, Filters = [filter.Value] }, cancellationToken);
        if (reasonCode >= ReasonCode.UnspecifiedError)
        {
            throw new MqttSubscriptionRefusedException(filter, reasonCode);
        }
    }

    /// <summary>
    /// Sends what is queued for the socket, then DISCONNECT, and closes for good. Messages not yet acknowledged are not waited for:
    /// their tasks fail. <see cref="ReasonCode.DisconnectWithWillMessage"/> asks an MQTT 5 server to publish the will.
    /// </summary>
    public async Task DisconnectAsync(ReasonCode reasonCode = ReasonCode.Success, CancellationToken cancellationToken = default)
    {
        var reason = new MqttConnectionException(_options.Host, _options.Port, null, "the client was closed");
        await _stopping.CancelAsync(); // no reconnect after what follows
        try
        {
            if (_connection is { } connection)
            {
                await connection.CloseAsync(new DisconnectPacket { ReasonCode = reasonCode }, reason, cancellationToken);
            }
        }
        finally
        {
            await StopAsync(reason);
        }
    }

    /// <summary>Closes without a DISCONNECT unless <see cref="DisconnectAsync"/> was called before: a server then publishes the will.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(new MqttConnectionException(_options.Host, _options.Port, null, "the client was closed"));
        _stopping.Dispose();
    }

    private void Run(ClientConnection? first)
    {
        _dispatcher = new MessageDispatcher(_session, MessageHandler, _options.MaxReceivedMessages, _logger, _stopping.Token);
        if (first is not null)
        {
            Attach(first); // before ConnectAsync returns: what is published then goes out
        }

        _running = Task.Run(() => KeepConnectedAsync(first));
    }

    private void ThrowIfStarted()
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
        {
            throw new InvalidOperationException("The client has been started already.");
        }
    }

    private async Task KeepConnectedAsync(ClientConnection? connection)
    {
        var everConnected = connection is not null;
        while (connection is not null || !_stopping.IsCancellationRequested)
        {
            MqttConnectionException reason;
            try
            {
                if (connection is null)
                {
                    connection = await OpenAsync(_options.CleanStart && !(everConnected && KeepsSession), _stopping.Token);
                    everConnected = true;
                    Attach(connection);
                    if (_stopping.IsCancellationRequested)
                    {
                        connection.Fail(connection.Error("the client was closed")); // StopAsync may have come too early to see it
                    }
                }

                reason = await ServeAsync(connection);
            }
            catch (MqttConnectionException exception)
            {
                reason = exception;
            }
            catch (OperationCanceledException)
            {
                return; // stopping
            }

            connection = null;
            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            Report(new MqttConnectionChange(MqttConnectionState.Disconnected, reason));
            if (!_options.Reconnect)
            {
                _session.Close(reason);
                Report(new MqttConnectionChange(MqttConnectionState.Closed, reason));
                return;
            }

            await WaitAsync(_backoff.Next(), reason);
        }
    }

    /// <summary>A session that outlives the connection exists only in MQTT 5 with an expiry, or without Clean Session.</summary>
    private bool KeepsSession => _options.ProtocolVersion == MqttProtocolVersion.V500 && _options.SessionExpiryInterval > TimeSpan.Zero;

    private async Task WaitAsync(TimeSpan delay, MqttConnectionException reason)
    {
        _logger.Reconnecting(_options.Host, _options.Port, delay, reason);
        try
        {
            await Task.Delay(delay, _clock, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // the loop sees it
        }
    }

    private async Task<ClientConnection> OpenAsync(bool cleanStart, CancellationToken cancellationToken)
    {
        Report(new MqttConnectionChange(MqttConnectionState.Connecting));
        var connect = new ConnectPacket
        {
            Version = _options.ProtocolVersion,
            ClientIdentifier = ClientIdentifier,
            CleanStart = cleanStart,
            KeepAliveSeconds = (ushort)Math.Clamp(_options.KeepAlive.TotalSeconds, 0, ushort.MaxValue),
            UserName = _options.UserName,
            Password = _options.Password,
            Will = _options.Will,
            WillDelaySeconds = PublishProperties.ToSeconds(_options.WillDelayInterval) ?? 0,
            SessionExpirySeconds = _options.SessionExpiryInterval > TimeSpan.Zero ? PublishProperties.ToSeconds(_options.SessionExpiryInterval) : null,
            ReceiveMaximum = (ushort)Math.Min(_options.MaxReceivedMessages, ushort.MaxValue),
            MaximumPacketSize = (uint)_options.MaxPacketBytes,
            UserProperties = _options.UserProperties,
        };
        return await ClientConnection.OpenAsync(_options, connect, _clock, cancellationToken);
    }

    private void Attach(ClientConnection connection)
    {
        ClientIdentifier = connection.ConnAck.AssignedClientIdentifier ?? ClientIdentifier;
        Interlocked.Exchange(ref _connection, connection); // a full fence: see KeepConnectedAsync
        _session.Attach(connection);
        _logger.Connected(_options.Host, _options.Port, ClientIdentifier, connection.ConnAck.SessionPresent);
        Report(new MqttConnectionChange(MqttConnectionState.Connected, SessionPresent: connection.ConnAck.SessionPresent));
    }

    private async Task<MqttConnectionException> ServeAsync(ClientConnection connection)
    {
        var began = _clock.GetTimestamp();
        try
        {
            return await connection.RunAsync(_session, _dispatcher!);
        }
        finally
        {
            _connection = null;
            _session.Detach();
            await connection.DisposeAsync();
            if (_clock.GetElapsedTime(began) > _options.ReconnectDelayMax)
            {
                _backoff.Reset(); // it held: a server that accepts and throws us out at once is not hammered
            }
        }
    }

    private async Task StopAsync(MqttConnectionException reason)
    {
        if (State == MqttConnectionState.Closed)
        {
            return;
        }

        await _stopping.CancelAsync();
        _connection?.Fail(reason);
        if (_running is { } running)
        {
            await running;
        }

        _session.Close(reason);
        Report(new MqttConnectionChange(MqttConnectionState.Closed));
    }

    private void Report(MqttConnectionChange change)
    {
        if (State != change.State || change.Reason is not null)
        {
            State = change.State;
            ConnectionChanged?.Invoke(change);
        }
    }
}
