namespace Roost.Mqtt.Connections;

/// <summary>
/// A rate with bursts of one second, in one number: the time at which all that was taken would have been allowed to have come evenly
/// (the generic cell rate algorithm). Taking never fails; who has taken too much is told how long to wait.
/// </summary>
internal struct TokenBucket
{
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const long NanosecondsPerMillisecond = 1_000_000;

    private long _paidUntil; // nanoseconds on the loop's clock, one burst ahead

    /// <summary>Nothing taken lately: the whole burst is there.</summary>
    public readonly bool IsFull(long now) => _paidUntil <= now * NanosecondsPerMillisecond;

    /// <param name="perSecond">Above 0.</param>
    /// <param name="now">Milliseconds on the loop's clock.</param>
    /// <returns>Milliseconds until no more has been taken than the rate allows; 0 when that is so now.</returns>
    public long Take(long count, long perSecond, long now)
    {
        var nanoseconds = now * NanosecondsPerMillisecond;
        _paidUntil = Math.Max(_paidUntil, nanoseconds) + (count * NanosecondsPerSecond / perSecond);
        var over = _paidUntil - nanoseconds - NanosecondsPerSecond;
        return over <= 0 ? 0 : (over + NanosecondsPerMillisecond - 1) / NanosecondsPerMillisecond;
    }
}
