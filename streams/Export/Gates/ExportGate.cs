namespace Roost.Streams.Export.Gates;

/// <summary>Whether an export may send now: not paused, within one of its windows, and its condition agrees. What is under way is not interrupted.</summary>
internal sealed class ExportGate(bool pausedByConfiguration, IReadOnlyList<ScheduleWindow> windows, ConditionHook? hook, TimeProvider clock)
{
    /// <summary>So often windows and condition are looked at while the export waits, and the condition while it goes.</summary>
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool? _pausedByOperator;
    private long _agreedAt = -1; // never; several ask at a time
    private volatile string? _closed;

    public bool IsPaused => PausedByOperator ?? pausedByConfiguration;

    /// <summary>Who paused it, in words; null when nobody did.</summary>
    public string? PausedBy => !IsPaused ? null : PausedByOperator is null ? "paused by the configuration" : "paused by an operator";

    /// <summary>Why the export waits here, in words; null when it does not.</summary>
    public string? Closed => _closed;

    private bool? PausedByOperator
    {
        get
        {
            lock (_gate)
            {
                return _pausedByOperator;
            }
        }
    }

    /// <param name="byOperator">What an operator decided; null: the configuration counts.</param>
    public void Pause(bool? byOperator)
    {
        lock (_gate)
        {
            _pausedByOperator = byOperator;
            _changed.TrySetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <returns>True when it had to wait.</returns>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        var waited = false;
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                changed = _changed.Task;
            }

            _closed = await LookAsync(cancellationToken);
            if (_closed is null)
            {
                return waited;
            }

            waited = true;
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(changed, Task.Delay(s_period, clock, ended.Token));
            await ended.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async ValueTask<string?> LookAsync(CancellationToken cancellationToken)
    {
        if (PausedBy is { } paused)
        {
            return paused;
        }

        var local = clock.GetLocalNow().DateTime;
        if (windows.Count > 0 && !windows.Any(window => window.IsOpen(local)))
        {
            return $"outside its window; the next opens {windows.Min(window => window.NextOpening(local)):ddd HH:mm}";
        }

        if (hook is null || (Volatile.Read(ref _agreedAt) is >= 0 and var at && clock.GetElapsedTime(at) < s_period))
        {
            return null;
        }

        var reason = await hook.AskAsync(cancellationToken);
        Volatile.Write(ref _agreedAt, reason is null ? clock.GetTimestamp() : -1);
        return reason;
    }
}
