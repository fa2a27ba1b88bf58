namespace Roost.Hardware.Reporting;

/// <summary>What one loop waits on: to be woken by anyone, or for a time to pass. Wakes that come while it does not wait count as one.</summary>
internal sealed class Wake(TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _set = new(0, 1);

    public void Set()
    {
        lock (_set)
        {
            if (_set.CurrentCount == 0)
            {
                _set.Release();
            }
        }
    }

    /// <param name="limit">Null: without end.</param>
    public async Task WaitAsync(TimeSpan? limit, CancellationToken cancellationToken)
    {
        if (limit is not { } time)
        {
            await _set.WaitAsync(cancellationToken);
            return;
        }

        using var timer = clock.CreateTimer(static state => ((Wake)state!).Set(), this, time, Timeout.InfiniteTimeSpan);
        await _set.WaitAsync(cancellationToken);
    }

    public void Dispose() => _set.Dispose();
}
