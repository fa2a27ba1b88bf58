using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Mqtt.Client.Connections;
using Roost.Mqtt.Client.Sessions;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client;

/// <summary>
/// An MQTT 3.1.1 and 5.0 client that keeps its connection up. Any thread may call. Messages are sent in the order of the calls.
/// </summary>
public sealed partial class MqttClient : IAsyncDisposable
{
    private readonly MqttClientOptions _options;
    private readonly ClientSession _session;
    private readonly ConnectionSupervisor _supervisor;
    private int _started;

    /// <exception cref="ArgumentException">Options are out of bounds; the message names them all.</exception>
    public MqttClient(MqttClientOptions options, TimeProvider? clock = null, ILogger? logger = null)
    {
        ClientOptionsRules.Check(options);
        _options = options;
        _session = new ClientSession(options, clock ?? TimeProvider.System, logger ?? NullLogger.Instance);
        _supervisor = new ConnectionSupervisor(options, _session, clock ?? TimeProvider.System, logger ?? NullLogger.Instance, Report);
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
    public string ClientIdentifier => _supervisor.ClientIdentifier;

    /// <summary>What the server of the present connection said of itself; null between connections.</summary>
    public MqttServerProperties? Server => _supervisor.Connection?.Server;

    /// <summary>Of the present connection; nothing is under way between connections, nor where it runs over something else than TCP.</summary>
    public MqttUpload Upload => _supervisor.Connection?.Upload ?? default;

    /// <summary>Whether the server can be reached: TCP, proxy, TLS and WebSocket as for a client, but no CONNECT, which would end a session of the same identifier.</summary>
    /// <exception cref="MqttConnectionException">It cannot; the message says why.</exception>
    public static Task ProbeAsync(MqttClientOptions options, TimeProvider? clock = null, CancellationToken cancellationToken = default) =>
        ClientConnection.ProbeAsync(options, clock ?? TimeProvider.System, cancellationToken);

    /// <summary>Makes the first connection and keeps it up from then on.</summary>
    /// <exception cref="MqttConnectionException">There is no first connection; the client stays as it was and may be tried again.</exception>
    public async Task ConnectAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfStarted();
        ClientConnection connection;
        try
        {
            connection = await _supervisor.OpenFirstAsync(cancellationToken);
        }
        catch (Exception exception)
        {
            _started = 0;
            Report(new MqttConnectionChange(MqttConnectionState.Disconnected, exception as MqttConnectionException));
            throw;
        }

        _supervisor.Start(connection, MessageHandler);
    }

    /// <summary>Keeps trying to connect in the background; messages and subscriptions wait until it does.</summary>
    public void Start()
    {
        ThrowIfStarted();
        _supervisor.Start(null, MessageHandler);
    }

    /// <returns>
    /// QoS 1 and 2: completes when the server has acknowledged (PUBACK, PUBCOMP), over as many connections as that takes. Many may be in
    /// flight at once. Cancelling stops the waiting, and the sending only where it has not begun. QoS 0: completes when the message
    /// is on its way to the socket. A Message Expiry Interval runs from this call on.
    /// </returns>
    /// <exception cref="MqttPublishRefusedException">
    /// The server refused it, more than <see cref="MqttClientOptions.MaxQueuedMessages"/> wait, or its lifetime ended before it was sent.
    /// </exception>
    /// <exception cref="MqttConnectionException">The client was closed before the acknowledgement; or, at QoS 0, there is no connection.</exception>
    public ValueTask PublishAsync(MqttMessage message, CancellationToken cancellationToken = default) =>
        _session.PublishAsync(message, cancellationToken);

    /// <summary>Proves anew who we are, on the connection as it is (MQTT 5 section 4.12.1), with <see cref="MqttClientOptions.Authentication"/>.</summary>
    /// <exception cref="MqttConnectionException">There is no connection, or it ended over this.</exception>
    /// <exception cref="InvalidOperationException">The client has no enhanced authentication, or one is under way.</exception>
    public Task ReauthenticateAsync(CancellationToken cancellationToken = default)
    {
        var authentication = _options.Authentication ?? throw new InvalidOperationException("The options name no authentication.");
        var connection = _supervisor.Connection ?? throw new MqttConnectionException(_options.Endpoint, null, "not connected");
        return connection.ReauthenticateAsync(authentication, cancellationToken);
    }

    /// <inheritdoc cref="DisconnectAsync(MqttDisconnection, CancellationToken)"/>
    public Task DisconnectAsync(ReasonCode reasonCode = ReasonCode.Success, CancellationToken cancellationToken = default) =>
        DisconnectAsync(new MqttDisconnection { ReasonCode = reasonCode }, cancellationToken);

    /// <summary>
    /// Sends what is queued for the socket, then DISCONNECT, and closes for good. Messages not yet acknowledged are not waited for:
    /// their tasks fail.
    /// </summary>
    /// <exception cref="ArgumentException">It gives a session an expiry where CONNECT gave none.</exception>
    public async Task DisconnectAsync(MqttDisconnection disconnection, CancellationToken cancellationToken = default)
    {
        var expiry = disconnection.SessionExpiryInterval is { } interval ? ConnectPackets.SessionExpirySeconds(interval) ?? 0 : (uint?)null;
        if (expiry > 0 && ConnectPackets.SessionExpirySeconds(_options.SessionExpiryInterval) is null)
        {
            throw new ArgumentException("CONNECT gave the session no expiry: DISCONNECT cannot give it one [MQTT-3.1.2-23].", nameof(disconnection));
        }

        var packet = new DisconnectPacket
        {
            ReasonCode = disconnection.ReasonCode,
            SessionExpirySeconds = expiry,
            ReasonString = disconnection.ReasonString,
            UserProperties = disconnection.UserProperties,
        };
        var reason = Closed();
        try
        {
            await _supervisor.DisconnectAsync(packet, reason, cancellationToken);
        }
        finally
        {
            await StopAsync(reason);
        }
    }

    /// <summary>Closes without a DISCONNECT unless one was sent before: a server then publishes the will.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(Closed());

    private MqttConnectionException Closed() => new(_options.Endpoint, null, "the client was closed");

    private async Task StopAsync(MqttConnectionException reason)
    {
        await _supervisor.StopAsync(reason);
        Report(new MqttConnectionChange(MqttConnectionState.Closed));
    }

    private void ThrowIfStarted()
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
        {
            throw new InvalidOperationException("The client has been started already.");
        }
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
