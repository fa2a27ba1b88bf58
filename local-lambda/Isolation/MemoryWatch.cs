using Roost.LocalLambda.Workers;

namespace Roost.LocalLambda.Isolation;

/// <summary>
/// Stands in for a control group where the kernel counts no memory: looks at all processes of a worker from time to time, and ends one that uses more
/// than its function may. RLIMIT_DATA bounds each process meanwhile, so that only many together can go beyond, and only for one period. The same look
/// bounds the number of processes for a daemon that runs as root, for whom the kernel does not.
/// </summary>
/// <remarks>A worker that runs something is looked at the sooner the less is left to it; an idle one, which may have left processes behind, seldom.</remarks>
internal sealed class MemoryWatch : IDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WhenIdle = TimeSpan.FromSeconds(10);

    /// <summary>About what two cores of a Raspberry Pi can claim in a second.</summary>
    private const long BytesPerSecond = 1L << 30;

    private const int OfBubblewrap = 2;

    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly int _maxProcesses;
    private readonly ITimer _timer;

    // Guarded by _gate.
    private readonly Dictionary<Worker, long> _due = [];
    private long _wakesAt = long.MaxValue;
    private bool _looking;

    public MemoryWatch(TimeProvider clock, int maxProcesses)
    {
        (_clock, _maxProcesses) = (clock, maxProcesses);
        _timer = clock.CreateTimer(static watch => ((MemoryWatch)watch!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>It runs from now on, or has got an event: it is looked at soon.</summary>
    public void Busy(Worker worker)
    {
        var soon = _clock.GetTimestamp() + Ticks(Shortest);
        lock (_gate)
        {
            if (!_due.TryGetValue(worker, out var due) || due > soon)
            {
                _due[worker] = soon;
                WakeAt(soon);
            }
        }
    }

    public void Ended(Worker worker)
    {
        lock (_gate)
        {
            _due.Remove(worker);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        Worker[] looked;
        lock (_gate)
        {
            if (_looking)
            {
                return; // on a busy machine a look may take longer than the time to the next: what is due then is seen when this one ends
            }

            _looking = true;
            var now = _clock.GetTimestamp();
            looked = [.. _due.Where(pair => pair.Value <= now).Select(pair => pair.Key)];
        }

        foreach (var worker in looked)
        {
            var next = LookAt(worker);
            lock (_gate)
            {
                if (_due.ContainsKey(worker)) // it may have ended meanwhile
                {
                    _due[worker] = _clock.GetTimestamp() + Ticks(next);
                }
            }
        }

        lock (_gate)
        {
            _looking = false;
            _wakesAt = long.MaxValue;
            if (_due.Count > 0)
            {
                WakeAt(_due.Values.Min());
            }
        }
    }

    private TimeSpan LookAt(Worker worker)
    {
        if (worker is not { HasEnded: false, ProcessId: { } root })
        {
            return Shortest;
        }

        var limit = worker.Sandboxed.MemoryBytes;
        var processes = ProcessTree.Read(root, _maxProcesses + 64);
        var bytes = ProcessTree.QuickBytes(processes);
        if (bytes > limit)
        {
            bytes = ProcessTree.ExactBytes(processes);
        }

        worker.SeenMemory = Math.Max(worker.SeenMemory, bytes);
        if (bytes > limit)
        {
            worker.Kill(WorkerEnd.OutOfMemory);
        }
        else if (processes.Count > _maxProcesses + OfBubblewrap)
        {
            worker.Kill(WorkerEnd.TooManyProcesses);
        }

        // Also one that is starting: code outside of the handler may use memory as well.
        return worker.IsSpare || worker is { Ready: true, Current: null } ? WhenIdle : Clamp(TimeSpan.FromSeconds((limit - bytes) / (double)BytesPerSecond));
    }

    private static TimeSpan Clamp(TimeSpan time) => time < Shortest ? Shortest : time > Longest ? Longest : time;

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _clock.TimestampFrequency);

    private void WakeAt(long due)
    {
        if (due < _wakesAt)
        {
            _wakesAt = due;
            var wait = _clock.GetElapsedTime(_clock.GetTimestamp(), due);
            _timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
