namespace Roost.LocalLambda.Queue;

/// <summary>
/// The order in which the events of one function are run: those that are ready first come first served, those that wait by the time at which they are due, and
/// whoever grew too old at once, so that none holds up another. No I/O and no clock of its own; one caller at a time.
/// </summary>
/// <param name="maxAge">Most age of an event for a version or alias, as it is set now.</param>
internal sealed class QueueSchedule(Func<string?, TimeSpan> maxAge)
{
    /// <summary>How long a destination may refuse what it is to get.</summary>
    public static readonly TimeSpan MaxDeliveryAge = TimeSpan.FromHours(6);

    private readonly List<QueueEntry> _appended = [];
    private readonly Queue<QueueEntry> _ready = [];
    private readonly Queue<QueueEntry> _deliveries = [];
    private readonly PriorityQueue<QueueEntry, TimeSpan> _waiting = new();
    private readonly PriorityQueue<QueueEntry, TimeSpan> _ages = new();
    private readonly SortedDictionary<long, QueueEntry> _all = [];
    private readonly Queue<QueueEntry> _expired = [];

    /// <summary>All that are not done.</summary>
    public int Count => _all.Count;

    /// <summary>Of their records.</summary>
    public long Bytes { get; private set; }

    /// <summary>What is in memory of events that have run and could not be kept.</summary>
    public long RestBytes { get; private set; }

    public int Running { get; private set; }

    public int Delivering { get; private set; }

    /// <summary>Those that were run or delivered in vain and wait for their next try.</summary>
    public int Retrying { get; private set; }

    /// <summary>The oldest by its place in the log; null when there is none.</summary>
    public QueueEntry? Oldest => _all.Count == 0 ? null : _all.First().Value;

    /// <summary>When the oldest event was taken; null when there is none.</summary>
    public TimeSpan? OldestTakenAt => _all.Count == 0 ? null : _all.Values.Min(entry => entry.TakenAt);

    public IEnumerable<QueueEntry> All => _all.Values;

    public void Add(QueueEntry entry)
    {
        _all.Add(entry.ReadFrom, entry);
        Bytes += entry.Bytes;
        if (entry.State == QueueEntryState.Appended)
        {
            _appended.Add(entry);
        }
        else
        {
            PutBack(entry);
        }
    }

    /// <summary>What lies below <paramref name="durable"/> is on the disk and may run.</summary>
    public void Durable(long durable)
    {
        var left = 0;
        for (var i = 0; i < _appended.Count; i++)
        {
            var entry = _appended[i];
            if (entry.ReadFrom < durable)
            {
                PutBack(entry);
            }
            else
            {
                _appended[left++] = entry;
            }
        }

        _appended.RemoveRange(left, _appended.Count - left);
    }

    /// <summary>One that was running, or is new, waits until it is due.</summary>
    public void PutBack(QueueEntry entry)
    {
        NoteRetry(entry, isRetry: entry.State == QueueEntryState.Running || entry.Failures + entry.Throttles > 0);
        Stopped(entry);
        entry.State = QueueEntryState.Waiting;
        _waiting.Enqueue(entry, entry.Due);
        Watch(entry);
    }

    /// <summary>Done with.</summary>
    public void Remove(QueueEntry entry)
    {
        NoteRetry(entry, isRetry: false);
        Stopped(entry);
        if (entry.State != QueueEntryState.Gone)
        {
            entry.State = QueueEntryState.Gone;
            _all.Remove(entry.ReadFrom);
            Bytes -= entry.Bytes;
            Keep(entry, null, 0);
        }
    }

    /// <summary>Sets what is left to do of one that has run, and counts what that holds.</summary>
    public void Keep(QueueEntry entry, Func<Task<QueueDecision>>? rest, int bytes)
    {
        RestBytes += bytes - entry.RestBytes;
        (entry.Rest, entry.RestBytes) = (rest, bytes);
    }

    /// <summary>Its record has come to lie somewhere else.</summary>
    public void Move(QueueEntry entry, long readFrom)
    {
        if (_all.Remove(entry.ReadFrom))
        {
            entry.ReadFrom = readFrom;
            _all.Add(readFrom, entry);
        }
    }

    /// <summary>The next to run, to deliver or to give up; null when none may now. It is <see cref="QueueEntryState.Running"/> until it is put back or removed.</summary>
    public QueueEntry? Next(TimeSpan now, int maxRunning, int maxDelivering)
    {
        while (_waiting.TryPeek(out var entry, out var due) && (due <= now || entry.State != QueueEntryState.Waiting))
        {
            _waiting.Dequeue();
            if (entry.State == QueueEntryState.Waiting && entry.Due <= due) // else it was put back since, for longer
            {
                NoteRetry(entry, isRetry: false);
                entry.State = QueueEntryState.Ready;
                (entry.Expired ? _expired : RunsFunction(entry) ? _ready : _deliveries).Enqueue(entry);
            }
        }

        while (_ages.TryPeek(out var entry, out var end) && end <= now)
        {
            _ages.Dequeue();
            entry.IsWatched = false;
            if (entry.State is QueueEntryState.Ready or QueueEntryState.Waiting)
            {
                if (EndOf(entry) <= now)
                {
                    entry.Expired = true;
                    NoteRetry(entry, isRetry: false);
                    entry.State = QueueEntryState.Ready;
                    _expired.Enqueue(entry);
                }
                else
                {
                    Watch(entry); // the settings have changed since
                }
            }
        }

        // Giving up runs nothing, so it counts as a delivery does.
        return Take(_expired, Delivering < maxDelivering, expired: true)
            ?? Take(_ready, Running < maxRunning, expired: false)
            ?? Take(_deliveries, Delivering < maxDelivering, expired: false);
    }

    /// <summary>When <see cref="Next"/> has something new to look at; null for never.</summary>
    public TimeSpan? NextTime()
    {
        TimeSpan? due = _waiting.TryPeek(out _, out var first) ? first : null;
        return _ages.TryPeek(out _, out var end) && !(due < end) ? end : due;
    }

    /// <summary>The settings have changed: every age is looked at anew.</summary>
    public void AgesChanged()
    {
        _ages.Clear();
        foreach (var entry in _all.Values)
        {
            entry.IsWatched = false;
            if (entry.State is QueueEntryState.Ready or QueueEntryState.Waiting)
            {
                Watch(entry);
            }
        }
    }

    private QueueEntry? Take(Queue<QueueEntry> from, bool may, bool expired)
    {
        while (may && from.TryDequeue(out var entry))
        {
            if (entry.State != QueueEntryState.Ready || entry.Expired != expired)
            {
                continue; // it has been taken from another queue meanwhile
            }

            entry.State = QueueEntryState.Running;
            entry.IsRun = RunsFunction(entry);
            if (entry.IsRun)
            {
                Running++;
            }
            else
            {
                Delivering++;
            }

            return entry;
        }

        return null;
    }

    private void NoteRetry(QueueEntry entry, bool isRetry)
    {
        if (entry.IsRetry != isRetry)
        {
            entry.IsRetry = isRetry;
            Retrying += isRetry ? 1 : -1;
        }
    }

    private void Stopped(QueueEntry entry)
    {
        if (entry.State != QueueEntryState.Running)
        {
            return;
        }

        if (entry.IsRun)
        {
            Running--;
        }
        else
        {
            Delivering--;
        }
    }

    private static bool RunsFunction(QueueEntry entry) => !entry.Expired && !entry.IsDelivery && entry.Rest is null;

    private TimeSpan EndOf(QueueEntry entry) => entry.TakenAt + (entry.IsDelivery ? MaxDeliveryAge : maxAge(entry.Qualifier));

    private void Watch(QueueEntry entry)
    {
        if (!entry.IsWatched && !entry.Expired)
        {
            entry.IsWatched = true;
            _ages.Enqueue(entry, EndOf(entry));
        }
    }
}
