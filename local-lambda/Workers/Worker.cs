using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Inside;
using Roost.LocalLambda.Isolation;
using Roost.LocalLambda.Output;
using Roost.LocalLambda.Workers.Spares;

namespace Roost.LocalLambda.Workers;

/// <summary>
/// One sandbox with one runtime in it, which handles one invocation at a time. Life: perhaps a spare, starting, ready (first question for an event), then busy
/// and idle in turn, dead. The lock of its <see cref="WorkerPool"/> guards what stands under "state".
/// </summary>
internal sealed class Worker(string id, FunctionDefinition sandboxed)
{
    private const int EndedBySignal = 128; // such exit codes are this and the signal's number

    private readonly Lock _processGate = new();
    private readonly Lock _endGate = new(); // outside of the other; held for as long as the kernel takes to end a sandbox that starts
    private readonly TaskCompletionSource<int?> _processId = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Process? _process;
    private readonly List<Socket> _innerListeners = [];
    private volatile WorkerPool? _pool;
    private bool _listenersClosed;
    private bool _killed;

    public string Id { get; } = id;

    /// <summary>What its sandbox was made for: a function, or no function as yet.</summary>
    public FunctionDefinition Sandboxed { get; } = sandboxed;

    /// <summary>True while it belongs to no function.</summary>
    public bool IsSpare => _pool is null;

    /// <exception cref="InvalidOperationException">It is a spare.</exception>
    public WorkerPool Pool => _pool ?? throw new InvalidOperationException($"Worker {Id} belongs to no function as yet.");

    public bool Pinned { get; private set; }

    public string LogStream { get; private set; } = "";

    /// <summary>Of a worker that began as a spare; null for others.</summary>
    public Assignment? Assignment { get; set; }

    // Set once by WorkerStarter, before the process can ask for anything.
    public required string SocketPath { get; init; }

    public required Socket Listener { get; init; }

    /// <summary>True where the loopback interface that it listens on is the machine's own.</summary>
    public bool SharesLoopback { get; init; }

    /// <summary>Its process is bubblewrap, which takes all others with it.</summary>
    public required bool IsSandboxed { get; init; }

    public ControlGroup? Group { get; set; }

    /// <summary>Null for a function without grants.</summary>
    public InsideAccess? Inside { get; set; }

    /// <summary>Null until <see cref="Attach"/>; stays when the process has ended.</summary>
    public int? ProcessId { get; private set; }

    /// <summary>True: <see cref="ProcessId"/> may be another process's by now.</summary>
    public bool HasEnded { get; private set; }

    public WorkerOutput? Output { get; set; }

    /// <summary>Connections to the Runtime API that are open.</summary>
    public int Connections;

    /// <summary>1 while an answer's body is being read: one at a time is kept in memory, whatever comes in by other connections.</summary>
    public int ReadingBody;

    /// <summary>Whose the lines are that are printed now; changed only while nothing runs in the worker.</summary>
    public volatile Invocation? Prints;

    /// <summary>Why it was ended, when somebody here did.</summary>
    public WorkerEnd End { get; private set; }

    /// <summary>The runtime has said since its last event that it gets no more memory.</summary>
    public volatile bool SpokeOfMemory;

    /// <summary>Most memory that <see cref="MemoryWatch"/> has seen it use, in bytes.</summary>
    public long SeenMemory { get; set; }

    // Touched by one answer at a time.
    public long PeakMemory { get; set; }

    public long PeakMemoryAt { get; set; }

    // state
    public long StartedAt { get; set; }

    public bool Ready { get; set; }

    /// <summary>True while it counts as starting at the <see cref="WorkerAdmission"/>.</summary>
    public bool HoldsStart { get; set; }

    public ITimer? StartTimer { get; set; }

    /// <summary>What its start is measured by; null where it does not matter how long that takes.</summary>
    public UsualStart? Usual { get; set; }

    public ITimer? LateTimer { get; set; }

    /// <summary>It has been starting for longer than <see cref="Usual"/>.</summary>
    public bool IsLate { get; set; }

    public bool Dead { get; set; }

    public TimeSpan? InitDuration { get; set; }

    /// <summary>The error that the runtime told of its own start.</summary>
    public byte[]? InitError { get; set; }

    public bool InitTimedOut { get; set; }

    /// <summary>It never started, and not for a reason of the function's.</summary>
    public bool IsFaultOfMachine { get; set; }

    public Invocation? Current { get; set; }

    /// <summary>True while the answer of <see cref="Current"/> is being taken: another one is refused.</summary>
    public bool Answered { get; set; }

    /// <summary>The runtime's question for an event that waits; null while it has none.</summary>
    public TaskCompletionSource<Invocation?>? Parked { get; set; }

    public long IdleSince { get; set; }

    public ITimer? Timer { get; set; }

    /// <summary>It is this function's from now on, and until its end.</summary>
    public void Assign(WorkerPool pool, bool pinned, string logStream)
    {
        (Pinned, LogStream) = (pinned, logStream);
        _pool = pool;
    }

    /// <summary>The process runs. One that was to be ended before it had started is ended now.</summary>
    public void Attach(Process process)
    {
        lock (_processGate)
        {
            _process = process;
            ProcessId = process.Id;
            HasEnded = false;
            _processId.TrySetResult(process.Id);
            if (_killed)
            {
                EndProcess();
            }
        }
    }

    /// <summary>The first process, once <see cref="Attach"/> has been told of it: what it starts may connect before that.</summary>
    /// <returns>Null when the worker has ended without one.</returns>
    public Task<int?> ProcessAsync() => _processId.Task;

    /// <summary>True after <see cref="Kill"/>.</summary>
    public bool IsKilled
    {
        get
        {
            lock (_processGate)
            {
                return _killed;
            }
        }
    }

    /// <summary>True when its process has ended and its sandbox may not have: bubblewrap was killed, perhaps by somebody else, before the sandbox was seen at work.</summary>
    public bool MayHaveLeft(int exitCode) => IsSandboxed && Group is null && !Ready && exitCode > EndedBySignal;

    /// <summary>The process has ended and is about to be disposed of.</summary>
    public void Detach()
    {
        lock (_endGate)
        lock (_processGate)
        {
            _process = null;
            HasEnded = true;
        }
    }

    /// <summary>Ends the sandbox and everything in it, also one that is still being started. May be called again, and from any thread.</summary>
    public void Kill(WorkerEnd end = WorkerEnd.Usual)
    {
        lock (_processGate)
        {
            if (!_killed)
            {
                End = end;
            }

            _killed = true;
            EndProcess();
        }
    }

    /// <summary>Keeps a listener that was handed over from inside the sandbox until <see cref="CloseListeners"/>.</summary>
    /// <exception cref="ObjectDisposedException">They have been closed already; this one is closed too.</exception>
    public void Keep(Socket listener)
    {
        lock (_innerListeners)
        {
            _innerListeners.Add(listener);
            if (!_listenersClosed)
            {
                return;
            }
        }

        listener.Dispose();
        throw new ObjectDisposedException(nameof(Worker), $"Worker {Id} has ended.");
    }

    /// <summary>Nothing connects any more. Accepted connections end with the process: its descriptors are closed.</summary>
    public void CloseListeners()
    {
        Listener.Dispose();
        _processId.TrySetResult(null);
        lock (_innerListeners)
        {
            _listenersClosed = true;
            _innerListeners.ForEach(listener => listener.Dispose());
        }
    }

    /// <summary>Ends what runs now; unlike after <see cref="Kill"/>, another process may be attached then.</summary>
    public void EndForNow()
    {
        lock (_processGate)
        {
            EndProcess();
        }
    }

    private void EndProcess()
    {
        try
        {
            // The control group is exact. Without one: bubblewrap takes the process namespace with it, once that is complete; without a sandbox, the tree is all
            // there is to go by. To find that, all processes of the machine have to be read: some 100 ms.
            Group?.Kill();
            if (IsSandboxed && !Ready && _process is { HasExited: false } process)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static starting => starting.Worker.EndStarting(starting.Process), (Worker: this, Process: process), preferLocal: false);
            }
            else
            {
                _process?.Kill(entireProcessTree: !IsSandboxed);
            }
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended already, or some of the tree has: the top goes first, and its namespace with it.
        }
    }

    /// <summary>Of a sandbox that is perhaps not complete. Not on the caller's thread, which may hold its pool's lock: the kernel may take its time.</summary>
    private void EndStarting(Process process)
    {
        lock (_endGate)
        {
            if (_process == process && !process.HasExited)
            {
                SandboxEnd.Kill(process.Id);
            }
        }
    }
}
