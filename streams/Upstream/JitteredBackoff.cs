namespace Roost.Streams.Upstream;

/// <summary>
/// Waits with full jitter: random between nothing and a limit that doubles with each failure. A whole fleet that lost its server at
/// one moment comes back spread over time, and the first attempts of one gateway come soon.
/// </summary>
internal sealed class JitteredBackoff(TimeSpan first, TimeSpan max, TimeProvider clock, Random random)
{
    private int _failures;

    /// <summary>The wait after one more failure.</summary>
    public TimeSpan Next() => Limit() * random.NextDouble();

    /// <summary>The same for a server that has answered, and wants no more of us for now: random between half of the limit and all of it.</summary>
    /// <param name="least">The limit is no lower than this.</param>
    public TimeSpan NextPatient(TimeSpan least)
    {
        var limit = Limit();
        return (limit > least ? limit : least) * (0.5 + (random.NextDouble() / 2));
    }

    public void Reset() => _failures = 0;

    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public Task WaitAsync(CancellationToken cancellationToken) => Task.Delay(Next(), clock, cancellationToken);

    private TimeSpan Limit()
    {
        var limit = Math.Min(max.TotalSeconds, first.TotalSeconds * Math.Pow(2, Math.Min(_failures, 30)));
        _failures++;
        return TimeSpan.FromSeconds(limit);
    }
}
