using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Roost.Hardware.Gpio.Kernel;

/// <summary>
/// One thread that waits for the edges of all inputs of all chips, and sleeps in poll(2) while there are none. It lives while there is an input.
/// </summary>
internal sealed partial class EdgePoller(Func<WakeUp> makeWakeUp) : IDisposable
{
    private const int EventsAtOnce = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<SafeFileHandle, (string Name, ILineWatcher Watcher)> _inputs = [];
    private WakeUp? _wakeUp; // null while the thread does not run
    private bool _isDisposed;

    public EdgePoller()
        : this(static () => new WakeUp())
    {
    }

    /// <exception cref="GpioException">The process may open no more files; nothing was added.</exception>
    public void Add(string name, SafeFileHandle line, ILineWatcher watcher)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_wakeUp is not null)
            {
                _inputs.Add(line, (name, watcher));
                _wakeUp.Set();
                return;
            }

            var wakeUp = makeWakeUp();
            _wakeUp = wakeUp;
            _inputs.Add(line, (name, watcher));
            new Thread(() => Run(wakeUp)) { IsBackground = true, Name = "gpio edges" }.Start();
        }
    }

    /// <summary>The watcher may still be told of an edge that was read before.</summary>
    public void Remove(SafeFileHandle line)
    {
        lock (_gate)
        {
            if (_inputs.Remove(line))
            {
                _wakeUp?.Set();
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _inputs.Clear();
            _wakeUp?.Set();
        }
    }

    private void Run(WakeUp wakeUp)
    {
        var events = new GpioLineEvent[EventsAtOnce];
        using (wakeUp)
        {
            while (Inputs(wakeUp) is { } inputs)
            {
                Wait(wakeUp, inputs, events);
            }
        }
    }

    /// <returns>Null when there are none any more: the thread ends.</returns>
    private List<(SafeFileHandle Line, string Name, ILineWatcher Watcher)>? Inputs(WakeUp wakeUp)
    {
        lock (_gate)
        {
            if (_inputs.Count == 0)
            {
                _wakeUp = ReferenceEquals(_wakeUp, wakeUp) ? null : _wakeUp;
                return null;
            }

            return [.. _inputs.Select(static input => (input.Key, input.Value.Name, input.Value.Watcher))];
        }
    }

    /// <summary>Until the set of inputs changes. Descriptors are held meanwhile, so that no number is given to another file.</summary>
    private void Wait(WakeUp wakeUp, List<(SafeFileHandle Line, string Name, ILineWatcher Watcher)> inputs, GpioLineEvent[] events)
    {
        var held = new List<SafeFileHandle>(inputs.Count);
        try
        {
            var polled = new PollDescriptor[inputs.Count + 1];
            polled[0] = new PollDescriptor { Descriptor = (int)wakeUp.Handle.DangerousGetHandle(), Events = PollDescriptor.Readable };
            for (var i = 0; i < inputs.Count; i++)
            {
                var isHeld = false;
                try
                {
                    inputs[i].Line.DangerousAddRef(ref isHeld);
                }
                catch (ObjectDisposedException)
                {
                    return; // removed just now: the set is another
                }

                held.Add(inputs[i].Line);
                polled[i + 1] = new PollDescriptor { Descriptor = (int)inputs[i].Line.DangerousGetHandle(), Events = PollDescriptor.Readable };
            }

            while (true)
            {
                if (Poll(polled, (nuint)polled.Length, -1) < 0)
                {
                    continue; // a signal
                }

                for (var i = 0; i < inputs.Count; i++)
                {
                    if (polled[i + 1].Received != 0 && !Read(inputs[i], polled[i + 1], events))
                    {
                        return;
                    }
                }

                if (polled[0].Received != 0)
                {
                    wakeUp.Clear();
                    return;
                }
            }
        }
        finally
        {
            held.ForEach(static line => line.DangerousRelease());
        }
    }

    /// <returns>False when the line is of no use any more; its watcher has been told.</returns>
    private bool Read((SafeFileHandle Line, string Name, ILineWatcher Watcher) input, PollDescriptor polled, GpioLineEvent[] events)
    {
        var errno = Errno.NoDevice;
        if ((polled.Received & PollDescriptor.Readable) != 0)
        {
            var bytes = MemoryMarshal.AsBytes(events.AsSpan());
            var read = ReadFile(input.Line, bytes, (nuint)bytes.Length);
            errno = read < 0 ? (Errno)Marshal.GetLastPInvokeError() : Errno.None;
            for (var i = 0; i < read / Unsafe.SizeOf<GpioLineEvent>(); i++)
            {
                input.Watcher.OnEdge(new LineEdge(events[i].Id == GpioLineEvent.RisingEdge, events[i].TimestampNanoseconds, events[i].LineSequence));
            }
        }

        if (errno is Errno.Interrupted or Errno.Again || (errno == Errno.None && (polled.Received & PollDescriptor.Gone) == 0))
        {
            return true;
        }

        lock (_gate)
        {
            _inputs.Remove(input.Line);
        }

        input.Watcher.OnLost(GpioErrors.Of(input.Name, errno == Errno.None ? Errno.NoDevice : errno));
        return false;
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll([In, Out] PollDescriptor[] descriptors, nuint count, int timeout);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadFile(SafeFileHandle file, Span<byte> buffer, nuint count);
}
