using System.Collections.Concurrent;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Roost.LocalLambda.Output;

/// <summary>
/// Reads what all workers print, on one thread. The stream classes of .NET would do for reading alone; but an invocation's log is complete only if
/// the thread that takes the answer can empty the pipes itself, at that moment, and that takes reads that do not wait.
/// </summary>
internal sealed unsafe class OutputPump : IDisposable
{
    private const long WakeUp = 0;

    // struct epoll_event is packed on x86-64 and nowhere else.
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = EventSize - sizeof(long);

    private readonly ConcurrentDictionary<long, WorkerOutput> _outputs = new();
    private readonly int _epoll = Check(LinuxCalls.EpollCreate(LinuxCalls.CloseOnExec));
    private readonly int _wakeUp = Check(LinuxCalls.EventDescriptor(0, LinuxCalls.CloseOnExec));
    private readonly Thread _thread;
    private long _lastKey = WakeUp;
    private volatile bool _stopping;

    public OutputPump()
    {
        Watch(_wakeUp, WakeUp);
        _thread = new Thread(Run) { IsBackground = true, Name = "function output" };
        _thread.Start();
    }

    /// <summary>Reads both descriptors of <paramref name="output"/> until they end or the output is closed.</summary>
    public void Add(WorkerOutput output)
    {
        var key = Interlocked.Increment(ref _lastKey);
        _outputs[key] = output;
        foreach (var descriptor in output.Descriptors)
        {
            Check(LinuxCalls.Control(descriptor, LinuxCalls.SetFlags, LinuxCalls.Control(descriptor, LinuxCalls.GetFlags, 0) | LinuxCalls.NonBlocking));
            Watch(descriptor, key);
        }

        output.Closed = () => _outputs.TryRemove(key, out _);
    }

    /// <summary>Takes an ended descriptor off the watch: epoll would report it for ever.</summary>
    public void Forget(int descriptor) => _ = LinuxCalls.EpollControl(_epoll, LinuxCalls.Delete, descriptor, null);

    public void Dispose()
    {
        _stopping = true;
        var one = 1L;
        _ = LinuxCalls.Write(_wakeUp, (byte*)&one, sizeof(long));
        _thread.Join();
        _ = LinuxCalls.Close(_wakeUp);
        _ = LinuxCalls.Close(_epoll);
    }

    private void Run()
    {
        const int Capacity = 64;
        var events = stackalloc byte[Capacity * EventSize];
        while (!_stopping)
        {
            var count = LinuxCalls.EpollWait(_epoll, events, Capacity, -1);
            if (count < 0 && Marshal.GetLastPInvokeError() != LinuxCalls.InterruptedCall)
            {
                throw new Win32Exception(); // a descriptor of ours is broken: nothing this thread could do better
            }

            for (var i = 0; i < count; i++)
            {
                // Level-triggered: what one turn leaves in a pipe comes again, after the others had theirs.
                if (_outputs.TryGetValue(Marshal.ReadInt64((nint)(events + (i * EventSize) + DataOffset)), out var output))
                {
                    output.Drain();
                }
            }
        }
    }

    private void Watch(int descriptor, long key)
    {
        var change = stackalloc byte[EventSize];
        Marshal.WriteInt32((nint)change, (int)LinuxCalls.Readable);
        Marshal.WriteInt64((nint)(change + DataOffset), key);
        Check(LinuxCalls.EpollControl(_epoll, LinuxCalls.Add, descriptor, change));
    }

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception();
}
