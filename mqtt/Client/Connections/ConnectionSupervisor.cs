using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Roost.Mqtt.Client.Dispatch;
using Roost.Mqtt.Client.Sessions;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client.Connections;

/// <summary>Makes one connection after the other, gives each to the session, and tells of every change; until it is stopped.</summary>
/// <param name="report">Told of every change of state, in order.</param>
[SuppressMessage("Reliability", "CA1001", Justification = "The source has no timer, so nothing to free; callers may come late and cancel it once more.")]
internal sealed class ConnectionSupervisor(
    MqttClientOptions options, ClientSession session, TimeProvider clock, ILogger logger, Action<MqttConnectionChange> report)
{
    private readonly ReconnectBackoff _backoff = new(options.ReconnectDelay, options.ReconnectDelayMax, Random.Shared);
    private readonly CancellationTokenSource _stopping = new();
    private ClientConnection? _connection;
    private MessageDispatcher? _dispatcher;
    private Task _running = Task.CompletedTask;

    /// <summary>The one of the options, or the one that the server assigned.</summary>
    public string ClientIdentifier { get; private set; } = options.ClientIdentifier;

    /// <summary>Of the present connection; null between connections.</summary>
    public ClientConnection? Connection => Volatile.Read(ref _connection);

    /// <exception cref="MqttConnectionException">There is no first connection.</exception>
    public Task<ClientConnection> OpenFirstAsync(CancellationToken cancellationToken) => OpenAsync(options.CleanStart, cancellationToken);

    /// <param name="first">Null: the first connection is still to be made.</param>
    public void Start(ClientConnection? first, Func<MqttReceivedMessage, CancellationToken, ValueTask> handler)
    {
        _dispatcher = new MessageDispatcher(session, handler, options, logger, _stopping.Token);
        if (first is not null)
        {
            Attach(first); // before ConnectAsync returns: what is published then goes out
        }

        _running = Task.Run(() => KeepConnectedAsync(first));
    }

    /// <summary>Says goodbye where there is a connection, and makes no other.</summary>
    public async Task DisconnectAsync(DisconnectPacket disconnect, MqttConnectionException reason, CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        if (Connection is { } connection)
        {
            await connection.CloseAsync(disconnect, reason, cancellationToken);
        }
    }

    /// <summary>Ends the connection as it is, and makes no other.</summary>
    public async Task StopAsync(MqttConnectionException reason)
    {
        await _stopping.CancelAsync();
        Connection?.Fail(reason);
        await _running;
        session.Close(reason);
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
                    connection = await OpenAsync(options.CleanStart && !(everConnected && KeepsSession), _stopping.Token);
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

            report(new MqttConnectionChange(MqttConnectionState.Disconnected, reason));
            if (!options.Reconnect)
            {
                session.Close(reason);
                report(new MqttConnectionChange(MqttConnectionState.Closed, reason));
                return;
            }

            await WaitAsync(_backoff.Next(), reason);
        }
    }

    /// <summary>A session that outlives the connection exists only in MQTT 5 with an expiry, or without Clean Session.</summary>
    private bool KeepsSession =>
        options.ProtocolVersion == MqttProtocolVersion.V500 && ConnectPackets.SessionExpirySeconds(options.SessionExpiryInterval) is not null;

    private async Task<ClientConnection> OpenAsync(bool cleanStart, CancellationToken cancellationToken)
    {
        report(new MqttConnectionChange(MqttConnectionState.Connecting));
        return await ClientConnection.OpenAsync(options, ClientIdentifier, cleanStart, clock, cancellationToken);
    }

    private void Attach(ClientConnection connection)
    {
        ClientIdentifier = connection.Server.AssignedClientIdentifier ?? ClientIdentifier; // [MQTT-3.2.2-16]
        Interlocked.Exchange(ref _connection, connection); // a full fence: see KeepConnectedAsync
        session.Attach(connection.Output);
        logger.Connected(options.Endpoint, ClientIdentifier, connection.Server.SessionPresent);
        report(new MqttConnectionChange(MqttConnectionState.Connected, SessionPresent: connection.Server.SessionPresent));
    }

    private async Task<MqttConnectionException> ServeAsync(ClientConnection connection)
    {
        var began = clock.GetTimestamp();
        try
        {
            return await connection.RunAsync(new PacketHandler(connection, session, _dispatcher!, options));
        }
        finally
        {
            Volatile.Write(ref _connection, null);
            session.Detach();
            await connection.DisposeAsync();
            if (clock.GetElapsedTime(began) > options.ReconnectDelayMax)
            {
                _backoff.Reset(); // it held: a server that accepts and throws us out at once is not hammered
            }
        }
    }

    private async Task WaitAsync(TimeSpan delay, MqttConnectionException reason)
    {
        logger.Reconnecting(options.Endpoint, delay, reason);
        try
        {
            await Task.Delay(delay, clock, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // the loop sees it
        }
    }
}
