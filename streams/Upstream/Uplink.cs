using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.Mqtt.Client;
using Roost.Streams.Bridge;

namespace Roost.Streams.Upstream;

/// <summary>
/// Keeps one connection to the cloud up, for ever. That there is none is an ordinary state: nothing here delays or fails the daemon.
/// </summary>
internal sealed class Uplink : IUplink
{
    private static readonly TimeSpan s_firstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_goodbye = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait, at least, where a server is busy; and where only an operator can help, who should not have to wait long afterwards either.</summary>
    private static readonly TimeSpan s_busy = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_refused = TimeSpan.FromMinutes(1);

    private readonly CloudMqttOptions _options;
    private readonly UplinkClientOptions _clientOptions;
    private readonly StreamMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger<Uplink> _logger;
    private readonly JitteredBackoff _backoff;
    private readonly UplinkHosts _hosts;
    private readonly Func<MqttReceivedMessage, CancellationToken, ValueTask>? _incoming;
    private TaskCompletionSource<UplinkConnection> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile UplinkStatus _status = UplinkStatus.Off;
    private UplinkFailure _lastTold;

    public Uplink(IOptions<CloudMqttOptions> options, UplinkClientOptions clientOptions, StreamMetrics metrics, TimeProvider clock, ILogger<Uplink> logger, BridgeInlet? inlet = null)
    {
        _incoming = inlet is null ? null : inlet.TakeAsync;
        _options = options.Value;
        _clientOptions = clientOptions;
        _metrics = metrics;
        _clock = clock;
        _logger = logger;
        _backoff = new JitteredBackoff(s_firstWait, _options.ReconnectMax, clock, Random.Shared);
        _hosts = new UplinkHosts(_options);
        if (IsConfigured)
        {
            _status = UplinkStatus.Off with { Endpoint = _hosts.First.Endpoint };
        }

        metrics.ObserveUplink(() => Status);
    }

    public UplinkStatus Status => _status;

    public bool IsConfigured => _options.Host.Length > 0;

    /// <summary>Waits, however long it takes, for a connection.</summary>
    /// <exception cref="OperationCanceledException">The waiting was ended.</exception>
    public Task<UplinkConnection> ConnectedAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref _connected).Task.WaitAsync(cancellationToken);

    public async Task<IUplinkConnection> WaitForConnectionAsync(CancellationToken cancellationToken) => await AliveAsync(cancellationToken);

    /// <summary>Waits, however long it takes, for a connection that has not ended yet.</summary>
    /// <exception cref="OperationCanceledException">The waiting was ended.</exception>
    public async Task<UplinkConnection> AliveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var connection = await ConnectedAsync(cancellationToken);
            if (!connection.Ended.IsCompleted) // which comes before whatever fails with it, and before Lost
            {
                return connection;
            }

            await connection.Released.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Connects, and connects again, until <paramref name="stoppingToken"/> ends it; says goodbye then.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var host = _hosts.Current;
            try
            {
                Report(_status with { State = UplinkState.Connecting, Endpoint = host.Endpoint, NextAttemptAt = null });
                await using var connection = await UplinkConnection.OpenAsync(_clientOptions.Create(host), _incoming, _clock, stoppingToken);
                var reason = await HoldAsync(connection, host, stoppingToken);
                _hosts.StartOver();
                await WaitAsync(UplinkFailure.Network, reason, stoppingToken);
            }
            catch (Exception exception) when (exception is MqttConnectionException or UplinkCredentialsException)
            {
                var failure = UplinkFailures.Of(exception);
                NoteFailure(host, failure, exception.Message);
                if (!_hosts.TryNext()) // the others are tried at once
                {
                    await WaitAsync(failure, exception.Message, stoppingToken);
                }
            }
            catch (OperationCanceledException)
            {
                break; // stopping
            }
        }

        Report(_status with { State = UplinkState.Off, ConnectedSince = null, NextAttemptAt = null });
    }

    /// <returns>Why the connection ended.</returns>
    private async Task<string> HoldAsync(UplinkConnection connection, UplinkHost host, CancellationToken stoppingToken)
    {
        var began = _clock.GetTimestamp();
        Log.UplinkConnected(_logger, host.Endpoint, _options.ClientId);
        _metrics.Attempted("connected");
        Report(_status with { State = UplinkState.Connected, ConnectedSince = _clock.GetUtcNow(), AwaySince = null, Attempts = 0, NeedsOperator = false });
        _connected.TrySetResult(connection);
        using var held = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var returning = _hosts.IsFirst ? Task.CompletedTask : ReturnAsync(connection, held.Token);
        try
        {
            var reason = await connection.Ended.WaitAsync(stoppingToken);
            Log.UplinkLost(_logger, host.Endpoint, reason);
            return reason;
        }
        catch (OperationCanceledException)
        {
            await connection.CloseAsync(s_goodbye, _clock);
            throw;
        }
        finally
        {
            await held.CancelAsync();
            await returning;
            Volatile.Write(ref _connected, new TaskCompletionSource<UplinkConnection>(TaskCreationOptions.RunContinuationsAsynchronously));
            connection.Release();
            if (connection.WasUseful || _clock.GetElapsedTime(began) > _options.ReconnectMax)
            {
                _backoff.Reset();
            }
        }
    }

    /// <summary>
    /// While a fallback serves: looks whether the first host can be reached, and ends the connection then. It says no CONNECT there, as
    /// two hosts of one cluster would take that for a new connection of the same client, and end the one that serves.
    /// </summary>
    private async Task ReturnAsync(UplinkConnection connection, CancellationToken heldToken)
    {
        while (!heldToken.IsCancellationRequested)
        {
            await Task.Delay(_options.ReturnAfter, _clock, heldToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                heldToken.ThrowIfCancellationRequested();
                await MqttClient.ProbeAsync(_clientOptions.Create(_hosts.First), _clock, heldToken);
                Log.UplinkReturns(_logger, _hosts.First.Endpoint);
                connection.Abandon($"{_hosts.First.Endpoint} can be reached again");
                await connection.CloseAsync(s_goodbye, _clock);
                return;
            }
            catch (Exception exception) when (exception is MqttConnectionException or UplinkCredentialsException)
            {
                Log.UplinkStaysOnFallback(_logger, _hosts.First.Endpoint, exception.Message);
            }
            catch (OperationCanceledException)
            {
                return; // the connection has ended by itself
            }
        }
    }

    private void NoteFailure(UplinkHost host, UplinkFailure failure, string reason)
    {
        _metrics.Attempted("failed");
        var now = _clock.GetUtcNow();
        Report(_status with { AwaySince = _status.AwaySince ?? now, Attempts = _status.Attempts + 1, NeedsOperator = failure.NeedsOperator(), LastError = reason, LastErrorAt = now });
        if (_status.Attempts == 1 || (failure.NeedsOperator() && failure != _lastTold))
        {
            _lastTold = failure;
            Log.UplinkUnreachable(_logger, host.Endpoint, reason); // once for each outage and kind; the rest is Debug
        }
    }

    private async Task WaitAsync(UplinkFailure failure, string reason, CancellationToken stoppingToken)
    {
        var delay = failure switch
        {
            UplinkFailure.Busy => _backoff.NextPatient(s_busy),
            UplinkFailure.Refused => _backoff.NextPatient(s_refused),
            _ => _backoff.Next(),
        };
        var now = _clock.GetUtcNow();
        Report(_status with { State = UplinkState.Waiting, ConnectedSince = null, AwaySince = _status.AwaySince ?? now, LastError = reason, LastErrorAt = now, NextAttemptAt = now + delay });
        Log.UplinkStillUnreachable(_logger, _status.Attempts, _status.Endpoint!, reason, delay);
        if (failure == UplinkFailure.Tls)
        {
            await ClockJump.WaitAsync(delay, _clock, stoppingToken);
        }
        else
        {
            await Task.Delay(delay, _clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // the loop sees the token
        }
    }

    private void Report(UplinkStatus status) => _status = status;
}
