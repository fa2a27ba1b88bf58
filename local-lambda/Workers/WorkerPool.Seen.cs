using System.Runtime.InteropServices;

namespace Roost.LocalLambda.Workers;

/// <summary>What can be seen of a pool from outside.</summary>
internal sealed partial class WorkerPool
{
    public WorkerLoad Load()
    {
        lock (_gate)
        {
            var load = new WorkerLoad { Waiting = _waiting.Count };
            foreach (var worker in _workers)
            {
                load.Starting += worker.Ready ? 0 : 1;
                load.Busy += worker.Current is null ? 0 : 1;
                load.Idle += worker is { Ready: true, Current: null } ? 1 : 0;
                load.PeakMemoryBytes = Math.Max(load.PeakMemoryBytes, worker.PeakMemory);
            }

            return load;
        }
    }
}

/// <summary>Of the workers of one pool, or of several.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct WorkerLoad
{
    public int Starting { get; set; }

    public int Busy { get; set; }

    public int Idle { get; set; }

    /// <summary>Invocations that wait for a worker.</summary>
    public int Waiting { get; set; }

    /// <summary>Of the worker that has used most at one time, as its last report told; 0 before the first.</summary>
    public long PeakMemoryBytes { get; set; }

    public void Add(in WorkerLoad other)
    {
        Starting += other.Starting;
        Busy += other.Busy;
        Idle += other.Idle;
        Waiting += other.Waiting;
        PeakMemoryBytes = Math.Max(PeakMemoryBytes, other.PeakMemoryBytes);
    }
}
