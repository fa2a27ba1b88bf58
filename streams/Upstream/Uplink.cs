using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.Mqtt.Client;

namespace Roost.Streams.Upstream;

/// <summary>
/// Keeps one connection to the cloud up, for ever. That there is none is an ordinary state: nothing here delays or fails the daemon.
/// </summary>
internal sealed class Uplink : IUplink
{
    private static readonly TimeSpan s_firstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_goodbye = TimeSpan.FromSeconds(1);

    private readonly CloudMqttOptions _options;
    private readonly UplinkClientOptions _clientOptions;
    private readonly StreamMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger<Uplink> _logger;
    private readonly JitteredBackoff _backoff;
    private readonly string _endpoint;
    private TaskCompletionSource<UplinkConnection> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile UplinkStatus _status = UplinkStatus.Off;

    public Uplink(IOptions<CloudMqttOptions> options, UplinkClientOptions clientOptions, StreamMetrics metrics, TimeProvider clock, ILogger<Uplink> logger)
    {
        _options = options.Value;
        _clientOptions = clientOptions;
        _metrics = metrics;
        _clock = clock;
        _logger = logger;
        _backoff = new JitteredBackoff(s_firstWait, _options.ReconnectMax, clock, Random.Shared);
        _endpoint = $"{_options.Host}:{_options.EffectivePort}";
        metrics.ObserveUplink(() => Status);
    }

    public UplinkStatus Status => _status;

    public bool IsConfigured => _options.Host.Length > 0;

    /// <summary>Waits, however long it takes, for a connection.</summary>
    /// <exception cref="OperationCanceledException">The waiting was ended.</exception>
    public Task<UplinkConnection> ConnectedAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref _connected).Task.WaitAsync(cancellationToken);

    public async Task<IUplinkConnection> WaitForConnectionAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var connection = await ConnectedAsync(cancellationToken);
            if (!connection.Lost.IsCancellationRequested)
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
            string reason;
            try
            {
                Report(_status with { State = UplinkState.Connecting, Endpoint = _endpoint, NextAttemptAt = null });
                await using var connection = await UplinkConnection.OpenAsync(_clientOptions.Create(), _clock, stoppingToken);
                reason = await HoldAsync(connection, stoppingToken);
            }
            catch (Exception exception) when (exception is MqttConnectionException or UplinkCredentialsException)
            {
                reason = exception.Message;
                NoteFailure(reason);
            }
            catch (OperationCanceledException)
            {
                break; // stopping
            }

            await WaitAsync(reason, stoppingToken);
        }

        Report(_status with { State = UplinkState.Off, ConnectedSince = null, NextAttemptAt = null });
    }

    /// <returns>Why the connection ended.</returns>
    private async Task<string> HoldAsync(UplinkConnection connection, CancellationToken stoppingToken)
    {
        Log.UplinkConnected(_logger, _endpoint, _options.ClientId);
        _metrics.Attempted("connected");
        Report(_status with { State = UplinkState.Connected, ConnectedSince = _clock.GetUtcNow(), Attempts = 0 });
        _connected.TrySetResult(connection);
        try
        {
            var reason = await connection.Ended.WaitAsync(stoppingToken);
            Log.UplinkLost(_logger, _endpoint, reason);
            return reason;
        }
        catch (OperationCanceledException)
        {
            await connection.CloseAsync(s_goodbye, _clock);
            throw;
        }
        finally
        {
            Volatile.Write(ref _connected, new TaskCompletionSource<UplinkConnection>(TaskCreationOptions.RunContinuationsAsynchronously));
            connection.Release();
            if (connection.WasUseful)
            {
                _backoff.Reset();
            }
        }
    }

    private void NoteFailure(string reason)
    {
        _metrics.Attempted("failed");
        Report(_status with { Attempts = _status.Attempts + 1 });
        if (_status.Attempts == 1)
        {
            Log.UplinkUnreachable(_logger, _endpoint, reason); // once for each outage; the rest is Debug
        }
    }

    private async Task WaitAsync(string reason, CancellationToken stoppingToken)
    {
        var delay = _backoff.Next();
        var now = _clock.GetUtcNow();
        Report(_status with { State = UplinkState.Waiting, ConnectedSince = null, LastError = reason, LastErrorAt = now, NextAttemptAt = now + delay });
        Log.UplinkStillUnreachable(_logger, _status.Attempts, _endpoint, reason, delay);
        await Task.Delay(delay, _clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // the loop sees the token
    }

    private void Report(UplinkStatus status) => _status = status;
}
