namespace Roost.Shadow.Sync;

/// <summary>
/// Whose turn it is: shadows that changed come before those that only have to be compared, and one that failed waits, each time about
/// twice as long, whatever else happens to it. No turn is lost: what comes while a shadow is being synced gives it another. Any thread.
/// </summary>
/// <param name="retryMax">Longest wait of one shadow.</param>
/// <param name="holds">Turns are given out only after a <see cref="Release"/> that follows them; those of failed shadows when they are due.</param>
internal sealed class SyncSchedule(TimeSpan retryMax, bool holds, TimeProvider clock, Random random)
{
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromSeconds(1);

    // Also without any event the queues are looked at so often: a wake-up that went astray costs this much and no more.
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Queue<(TrackedShadow Shadow, int Ticket)> _changed = new();
    private readonly Queue<(TrackedShadow Shadow, int Ticket)> _unknown = new();
    private readonly Queue<(TrackedShadow Shadow, int Ticket)> _held = new();
    private readonly PriorityQueue<(TrackedShadow Shadow, int Ticket), DateTimeOffset> _waiting = new();
    private TaskCompletionSource _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gives a shadow a turn.</summary>
    /// <param name="changed">False: it only has to be compared.</param>
    public void Add(TrackedShadow shadow, bool changed)
    {
        lock (_gate)
        {
            switch (shadow.Turn.State)
            {
                case SyncTurnState.Running:
                    shadow.Turn.Again = true;
                    break;
                case SyncTurnState.Idle or SyncTurnState.Held:
                case SyncTurnState.Ready when changed && !shadow.Turn.IsFirst: // to the better queue
                case SyncTurnState.Waiting when shadow.Turn.IsRefused && changed: // what was refused may be gone
                    Enqueue(shadow, changed);
                    break;
            }
        }
    }

    /// <summary>Gives out the turns that are held.</summary>
    public void Release()
    {
        lock (_gate)
        {
            while (_held.TryDequeue(out var entry))
            {
                (entry.Shadow.Turn.IsFirst ? _changed : _unknown).Enqueue(entry);
            }

            _wake.TrySetResult();
        }
    }

    /// <summary>Waits for the next turn. One caller at a time.</summary>
    /// <exception cref="OperationCanceledException">The waiting was ended.</exception>
    public async Task<TrackedShadow> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task wake;
            TimeSpan wait;
            lock (_gate)
            {
                var now = clock.GetUtcNow();
                while (_waiting.TryPeek(out var entry, out var due) && (due <= now || entry.Ticket != entry.Shadow.Turn.Ticket))
                {
                    _waiting.Dequeue();
                    if (entry.Ticket == entry.Shadow.Turn.Ticket)
                    {
                        Enqueue(entry.Shadow, changed: true, isDue: true);
                    }
                }

                if (TryTake(_changed) is { } changed)
                {
                    return changed;
                }

                if (TryTake(_unknown) is { } unknown)
                {
                    return unknown;
                }

                wait = _waiting.TryPeek(out _, out var next) && next - now < s_lookAgain ? next - now : s_lookAgain;
                if (_wake.Task.IsCompleted)
                {
                    _wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                wake = _wake.Task;
            }

            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(wake, Task.Delay(wait, clock, ended.Token));
            await ended.CancelAsync(); // the timer
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The exchange is done.</summary>
    public void Succeeded(TrackedShadow shadow) => End(shadow, SyncTurnState.Idle);

    /// <summary>The exchange found that somebody else has to decide.</summary>
    public void Held(TrackedShadow shadow) => End(shadow, SyncTurnState.Held);

    /// <summary>The exchange failed; the next one is due after a wait.</summary>
    public void Failed(TrackedShadow shadow, SyncFailure failure)
    {
        lock (_gate)
        {
            var turn = shadow.Turn;
            turn.Failures++;
            (turn.Error, turn.IsRefused) = (failure.Reason, failure.IsRefused);
            if (failure.IsRefused && turn.Again)
            {
                Enqueue(shadow, changed: true); // it has changed since
                return;
            }

            var most = failure.IsOverConnection && retryMax > s_lookAgain ? s_lookAgain : retryMax; // the next connection is another chance
            var limit = failure.IsRefused ? most.TotalSeconds : Math.Min(most.TotalSeconds, s_firstRetry.TotalSeconds * Math.Pow(2, Math.Min(turn.Failures - 1, 30)));
            var due = clock.GetUtcNow() + TimeSpan.FromSeconds(limit * (0.5 + (random.NextDouble() / 2))); // half fixed, half random
            (turn.State, turn.Due, turn.Again) = (SyncTurnState.Waiting, due, false);
            _waiting.Enqueue((shadow, ++turn.Ticket), due);
            _wake.TrySetResult();
        }
    }

    public SyncTurnView View(TrackedShadow shadow)
    {
        lock (_gate)
        {
            return new SyncTurnView(shadow.Turn.State, shadow.Turn.Failures, shadow.Turn.Due, shadow.Turn.Error, shadow.Turn.IsRefused);
        }
    }

    private void End(TrackedShadow shadow, SyncTurnState state)
    {
        lock (_gate)
        {
            (shadow.Turn.Failures, shadow.Turn.Error, shadow.Turn.Due, shadow.Turn.IsRefused) = (0, null, null, false);
            shadow.Turn.State = state;
            if (shadow.Turn.Again)
            {
                Enqueue(shadow, changed: true);
            }
        }
    }

    private void Enqueue(TrackedShadow shadow, bool changed, bool isDue = false)
    {
        (shadow.Turn.State, shadow.Turn.Again, shadow.Turn.Due, shadow.Turn.IsFirst) = (SyncTurnState.Ready, false, null, changed);
        (holds && !isDue ? _held : changed ? _changed : _unknown).Enqueue((shadow, ++shadow.Turn.Ticket));
        _wake.TrySetResult();
    }

    private static TrackedShadow? TryTake(Queue<(TrackedShadow Shadow, int Ticket)> queue)
    {
        while (queue.TryDequeue(out var entry))
        {
            if (entry.Ticket == entry.Shadow.Turn.Ticket && entry.Shadow.Turn.State == SyncTurnState.Ready)
            {
                entry.Shadow.Turn.State = SyncTurnState.Running;
                return entry.Shadow;
            }
        }

        return null;
    }
}
