namespace Roost.Shadow.Sync;

/// <summary>
/// Spreads requests over time: so many in a second at most, after a burst of as many as may be in flight. An upstream that says "too
/// much" halves the rate; each answer after that gives a little back. Any thread.
/// </summary>
internal sealed class RequestPacer(int perSecond, int burst, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private double _rate = perSecond;
    private long _next = clock.GetTimestamp(); // when the next request is due, in ticks of the clock; behind now: some may go at once

    public double PerSecond
    {
        get
        {
            lock (_gate)
            {
                return _rate;
            }
        }
    }

    /// <exception cref="OperationCanceledException">The waiting was ended; the turn is lost.</exception>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait;
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            var interval = clock.TimestampFrequency / _rate;
            _next = Math.Max(_next, now - (long)(interval * (burst - 1)));
            wait = _next <= now ? TimeSpan.Zero : clock.GetElapsedTime(now, _next);
            _next += (long)interval;
        }

        return wait == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(wait, clock, cancellationToken);
    }

    public void SlowDown()
    {
        lock (_gate)
        {
            _rate = Math.Max(1, _rate / 2);
        }
    }

    public void Recover()
    {
        lock (_gate)
        {
            _rate = Math.Min(perSecond, _rate + (perSecond / 100.0));
        }
    }
}
