namespace Roost.Mqtt.Client.Connections;

/// <summary>
/// Sends PINGREQ when nothing was sent, or nothing was received, for three quarters of the keep-alive time [MQTT-3.1.2-20], and
/// gives the connection up when nothing at all comes back. Any byte received is a sign of life, and so is what we send as long as it
/// gets through: on a slow link PINGREQ waits behind all that was sent before.
/// </summary>
internal sealed class KeepAliveTimer : IDisposable
{
    private const double IdleShare = 0.75;

    private readonly TimeProvider _clock;
    private readonly TimeSpan _pingTimeout;
    private readonly Func<MqttUpload> _upload;
    private readonly Action _ping;
    private readonly Action _giveUp;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private TimeSpan _idle;
    private long _sentAt;
    private long _receivedAt;
    private long? _pingedAt;
    private MqttUpload _uploadSeen;
    private bool _paused;

    public KeepAliveTimer(TimeProvider clock, TimeSpan pingTimeout, Func<MqttUpload> upload, Action ping, Action giveUp)
    {
        _clock = clock;
        _pingTimeout = pingTimeout;
        _upload = upload;
        _ping = ping;
        _giveUp = giveUp;
        _timer = clock.CreateTimer(static state => ((KeepAliveTimer)state!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <param name="keepAlive">Zero: nothing is ever sent.</param>
    public void Start(TimeSpan keepAlive)
    {
        Sent();
        Received();
        _idle = keepAlive * IdleShare;
        if (keepAlive > TimeSpan.Zero)
        {
            _timer.Change(_idle, Timeout.InfiniteTimeSpan);
        }
    }

    public void Sent() => Volatile.Write(ref _sentAt, _clock.GetTimestamp());

    public void Received() => Volatile.Write(ref _receivedAt, _clock.GetTimestamp());

    /// <summary>The reader does not read for a while: a missing answer is not the server's fault.</summary>
    public void Pause() => _paused = true;

    public void Resume()
    {
        lock (_gate)
        {
            _pingedAt = null;
            _paused = false;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Tick()
    {
        bool givesUp, pings;
        lock (_gate)
        {
            if (_pingedAt is { } pinged && Volatile.Read(ref _receivedAt) >= pinged)
            {
                _pingedAt = null;
            }

            var quiet = _clock.GetElapsedTime(Math.Min(Volatile.Read(ref _sentAt), Volatile.Read(ref _receivedAt)));
            var upload = _upload();
            givesUp = _pingedAt is not null && !_paused && !upload.HasAdvancedSince(_uploadSeen);
            _uploadSeen = upload;
            pings = _pingedAt is null && quiet >= _idle;
            if (pings)
            {
                _pingedAt = _clock.GetTimestamp();
            }

            if (!givesUp)
            {
                _timer.Change(pings || quiet >= _idle ? _pingTimeout : _idle - quiet, Timeout.InfiniteTimeSpan);
            }
        }

        if (givesUp)
        {
            _giveUp();
        }
        else if (pings)
        {
            _ping();
        }
    }
}
