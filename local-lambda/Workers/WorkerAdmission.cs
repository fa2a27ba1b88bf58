using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Workers;

/// <summary>
/// Decides whose worker starts next, over all functions. The machine has room for so many workers, and only a few may be starting at one time, because starts
/// are what takes the processor: a flood on one function would otherwise hold up the first call of another. Interactive functions go before
/// background ones, within a class the one with the fewest workers goes first, then who has waited longest. The last start and the last quarter of the
/// workers are for interactive functions that have none yet: one function's long calls never hold all of them. Where all workers there may be are there, idle
/// ones make room, and then those of who has more. Thread-safe; may be called with a pool's lock held, and calls pools without any.
/// </summary>
internal sealed class WorkerAdmission(int maxWorkers, int maxStarting)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IWorkerClaimant, Entry> _pools = [];
    private readonly int _sharedWorkers = Math.Max(1, maxWorkers - Math.Max(1, maxWorkers / 4));
    private int _workers;
    private int _starting;
    private long _lastTicket;
    private bool _makingRoom; // a worker is being ended so that another may start
    private volatile bool _isFull; // somebody waits for a worker to end

    public void Open(IWorkerClaimant pool)
    {
        lock (_gate)
        {
            _pools.Add(pool, new Entry(pool));
        }
    }

    /// <summary>The pool wants no more workers. Those that it has are still to be reported.</summary>
    public void Close(IWorkerClaimant pool)
    {
        lock (_gate)
        {
            _pools[pool].Ticket = 0;
            _pools[pool].IsClosed = true;
            ForgetIfDone(_pools[pool]);
        }
    }

    /// <returns>
    /// True: a worker may start now, and <see cref="Started"/> and <see cref="Ended"/> must follow. False: <see cref="IWorkerClaimant.EnsureWorkers"/>
    /// is called when it is this pool's turn.
    /// </returns>
    public bool TryBegin(IWorkerClaimant pool)
    {
        lock (_gate)
        {
            var entry = _pools[pool];
            if (entry.Ticket == 0)
            {
                entry.Ticket = ++_lastTicket;
            }

            if (Next() is { } next && next != entry)
            {
                Call(next);
                return false;
            }

            if (!HasRoom(entry))
            {
                if (_starting < maxStarting && !_makingRoom)
                {
                    _isFull = true;
                    ThreadPool.UnsafeQueueUserWorkItem(static admission => admission.EndOneIdle(), this, preferLocal: false);
                }

                return false;
            }

            entry.Ticket = 0;
            entry.Workers++;
            _workers++;
            _starting++;
            return true;
        }
    }

    /// <summary>The worker is ready, or ended before it was, or has been starting for so long that it rather waits for something than works.</summary>
    public void Started(IWorkerClaimant pool)
    {
        lock (_gate)
        {
            _starting--;
            CallNext();
        }
    }

    /// <summary>A worker has nothing to do, or would take the next invocation of its own pool.</summary>
    /// <returns>True: it is to end instead, because somebody who has fewer waits for one.</returns>
    public bool MustYield(IWorkerClaimant pool)
    {
        if (!_isFull)
        {
            return false;
        }

        lock (_gate)
        {
            var entry = _pools[pool];
            if (_makingRoom || !_isFull)
            {
                return false;
            }

            _makingRoom = _pools.Values.Any(other => other != entry && other.Ticket > 0 && (other.IsBackground, other.Workers + 1).CompareTo((entry.IsBackground, entry.Workers)) < 0);
            return _makingRoom;
        }
    }

    /// <summary>The worker is gone.</summary>
    public void Ended(IWorkerClaimant pool)
    {
        lock (_gate)
        {
            var entry = _pools[pool];
            entry.Workers--;
            _workers--;
            (_makingRoom, _isFull) = (false, false); // who still finds no room says so again
            ForgetIfDone(entry);
            CallNext();
        }
    }

    private bool HasRoom(Entry entry) => entry is { IsBackground: false, Workers: 0 }
        ? _workers < maxWorkers && _starting < maxStarting
        : _workers < _sharedWorkers && _starting < Math.Max(1, maxStarting - 1);

    /// <returns>The pool whose turn it is, of those that wait and for which there is room; null for none.</returns>
    private Entry? Next() => _pools.Values.Where(entry => entry.Ticket > 0 && HasRoom(entry)).MinBy(entry => (entry.IsBackground, entry.Workers, entry.Ticket));

    private void CallNext()
    {
        if (Next() is { } next)
        {
            Call(next);
        }
    }

    private void Call(Entry next)
    {
        next.Ticket = 0; // it asks again, if it still wants one
        ThreadPool.UnsafeQueueUserWorkItem(
            static state =>
            {
                state.Pool.EnsureWorkers();
                lock (state.Admission._gate)
                {
                    state.Admission.CallNext(); // when it did not take its turn
                }
            },
            (next.Pool, Admission: this),
            preferLocal: false);
    }

    /// <summary>All workers there may be are there: one that has nothing to do makes room, of a background function first, and then the one idle for longest.</summary>
    private void EndOneIdle()
    {
        List<Entry> entries;
        lock (_gate)
        {
            if (_makingRoom || _workers < _sharedWorkers)
            {
                return;
            }

            _makingRoom = true;

            entries = [.. _pools.Values];
        }

        var oldest = entries
            .Select(entry => (entry.Pool, entry.IsBackground, Idle: entry.Pool.LongestIdle()))
            .Where(candidate => candidate.Idle is not null)
            .OrderByDescending(candidate => candidate.IsBackground).ThenByDescending(candidate => candidate.Idle);
        foreach (var (pool, _, _) in oldest)
        {
            if (pool.EndLongestIdle())
            {
                return; // its end calls who waits
            }
        }

        lock (_gate)
        {
            _makingRoom = false; // the next worker that has answered makes room, if its pool has more than who waits
        }
    }

    private void ForgetIfDone(Entry entry)
    {
        if (entry is { IsClosed: true, Workers: 0 })
        {
            _pools.Remove(entry.Pool);
        }
    }

    private sealed class Entry(IWorkerClaimant pool)
    {
        public IWorkerClaimant Pool { get; } = pool;

        public bool IsBackground { get; } = pool.Class == ServiceClass.Background;

        /// <summary>When it began to wait; 0 while it does not.</summary>
        public long Ticket { get; set; }

        public int Workers { get; set; }

        public bool IsClosed { get; set; }
    }
}
