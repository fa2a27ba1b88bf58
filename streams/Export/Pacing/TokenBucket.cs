namespace Roost.Streams.Export.Pacing;

/// <summary>A rate, with bursts of one second. What is taken beyond it is a debt that whoever took it waits off. Any thread may call.</summary>
internal sealed class TokenBucket
{
    private readonly Lock _gate = new();
    private readonly double _perSecond;
    private readonly TimeProvider _clock;
    private double _level;
    private long _at;

    public TokenBucket(double perSecond, TimeProvider clock)
    {
        _perSecond = perSecond;
        _clock = clock;
        _level = perSecond;
        _at = clock.GetTimestamp();
    }

    /// <returns>How long to wait before doing what was taken.</returns>
    public TimeSpan Take(double amount)
    {
        lock (_gate)
        {
            Fill();
            var wait = _level >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_level / _perSecond);
            _level -= amount;
            return wait;
        }
    }

    private void Fill()
    {
        var now = _clock.GetTimestamp();
        _level = Math.Min(_perSecond, _level + (_clock.GetElapsedTime(_at, now).TotalSeconds * _perSecond));
        _at = now;
    }
}
