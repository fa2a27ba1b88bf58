namespace Roost.LocalLambda.Workers;

/// <summary>Keeps a function that cannot start from being started without end: 1 s, then twice as long each time, at most a minute.</summary>
internal sealed class PinnedBackoff(TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private TimeSpan _next = First;
    private long? _waitsSince;
    private TimeSpan _wait;
    private ITimer? _timer;
    private bool _disposed;

    public bool IsWaiting
    {
        get
        {
            lock (_gate)
            {
                return _waitsSince is { } since && clock.GetElapsedTime(since) < _wait;
            }
        }
    }

    public void Failed()
    {
        lock (_gate)
        {
            _waitsSince = clock.GetTimestamp();
            _wait = _next;
            _next = _next * 2 > Longest ? Longest : _next * 2;
        }
    }

    public void Reset()
    {
        lock (_gate)
        {
            _waitsSince = null;
            _next = First;
        }
    }

    /// <summary>Calls <paramref name="action"/> when the wait is over; at once, and not by this method, where there is none.</summary>
    public void WhenOver(Action action)
    {
        lock (_gate)
        {
            if (_waitsSince is not null && !_disposed)
            {
                _timer?.Dispose();
                _timer = clock.CreateTimer(static state => ((Action)state!)(), action, _wait + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _timer?.Dispose();
        }
    }
}
