using Roost.Streams.Upstream;

namespace Roost.Streams.Export;

/// <summary>
/// What the batches of one export do after one was not taken: they wait, and one of them tries. Once it is through, all go. So a target that
/// is away is asked by one batch at a time, however many are under way. Any thread may call.
/// </summary>
internal sealed class Recovery(ExportRetryOptions retry, TimeProvider clock) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly JitteredBackoff _backoff = new(retry.First, retry.Max, clock, Random.Shared);
    private readonly SemaphoreSlim _trial = new(1);
    private bool _failing;
    private long _failedAt;
    private TimeSpan _wait;

    public bool IsFailing
    {
        get
        {
            lock (_gate)
            {
                return _failing;
            }
        }
    }

    /// <summary>Waits until it is this batch's turn to be sent. To be followed by <see cref="Succeeded"/>, <see cref="Failed"/> or <see cref="Leave"/>.</summary>
    /// <returns>Whether it is the one that tries.</returns>
    public async ValueTask<bool> EnterAsync(CancellationToken cancellationToken)
    {
        if (!IsFailing)
        {
            return false;
        }

        await _trial.WaitAsync(cancellationToken);
        try
        {
            if (Left() is { } wait)
            {
                await Task.Delay(wait, clock, cancellationToken);
                return true;
            }
        }
        catch
        {
            _trial.Release();
            throw;
        }

        _trial.Release();
        return false;
    }

    /// <returns>True when that ends an outage.</returns>
    public bool Succeeded(bool tried)
    {
        bool ended;
        lock (_gate)
        {
            ended = _failing;
            _failing = false;
            _backoff.Reset();
        }

        Leave(tried);
        return ended;
    }

    /// <param name="tried">What <see cref="EnterAsync"/> answered.</param>
    /// <param name="atLeast">What the target asks to wait for.</param>
    /// <param name="began">True when nothing had failed before.</param>
    /// <returns>The wait before the next try.</returns>
    public TimeSpan Failed(bool tried, TimeSpan? atLeast, out bool began)
    {
        TimeSpan wait;
        lock (_gate)
        {
            began = !_failing;
            if (began || tried) // those that were under way when it began tell nothing new
            {
                _failing = true;
                _failedAt = clock.GetTimestamp();
                _wait = _backoff.Next();
                _wait = atLeast > _wait ? TimeSpan.FromTicks(Math.Min(atLeast.Value.Ticks, TimeSpan.FromHours(1).Ticks)) : _wait;
            }

            wait = _wait;
        }

        Leave(tried);
        return wait;
    }

    public void Leave(bool tried)
    {
        if (tried)
        {
            _trial.Release();
        }
    }

    public void Dispose() => _trial.Dispose();

    private TimeSpan? Left()
    {
        lock (_gate)
        {
            if (!_failing)
            {
                return null;
            }

            var left = _wait - clock.GetElapsedTime(_failedAt);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }
}
