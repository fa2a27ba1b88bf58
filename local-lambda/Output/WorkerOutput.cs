using System.Runtime.InteropServices;
using System.Text;

namespace Roost.LocalLambda.Output;

/// <summary>Standard output and error of one worker, cut into lines. Any thread may drain; lines come to the sink one at a time.</summary>
internal sealed class WorkerOutput : IDisposable
{
    /// <summary>A longer line is cut into pieces of this size.</summary>
    public const int MaxLineBytes = 8 * 1024;

    // A worker that prints without end gets this much of a turn; others wait for it.
    private const int MaxDrainBytes = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly OutputPump _pump;
    private readonly OutputBudget _budget;
    private readonly Action<ReadOnlySpan<byte>> _sink;
    private readonly Source[] _sources;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private bool _closed;

    public WorkerOutput(SafeHandle output, SafeHandle error, OutputPump pump, OutputBudget budget, Action<ReadOnlySpan<byte>> sink)
    {
        (_pump, _budget, _sink) = (pump, budget, sink);
        _sources = [new Source(output), new Source(error)];
    }

    public IEnumerable<int> Descriptors => _sources.Select(source => source.Descriptor);

    /// <summary>Called once, by <see cref="Dispose"/>.</summary>
    public Action? Closed { get; set; }

    /// <summary>Bytes that were printed and not logged so far.</summary>
    public long SuppressedBytes { get; private set; }

    /// <summary>Takes what stands in the pipes now, up to a bound, without waiting.</summary>
    public void Drain()
    {
        lock (_gate)
        {
            foreach (var source in _sources)
            {
                Drain(source);
            }
        }
    }

    /// <summary>Drains, ends torn lines and tells how much was dropped, so that the log of an invocation is complete.</summary>
    public void EndOfInvocation()
    {
        lock (_gate)
        {
            foreach (var source in _sources)
            {
                Drain(source);
                Emit(source);
            }

            TellSuppressed();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            EndOfInvocation();
            _closed = true;
            foreach (var source in _sources)
            {
                End(source);
            }
        }

        Closed?.Invoke();
    }

    private unsafe void Drain(Source source)
    {
        for (var taken = 0; taken < MaxDrainBytes && !source.Ended && !_closed;)
        {
            nint count;
            fixed (byte* buffer = _buffer)
            {
                count = LinuxCalls.Read(source.Descriptor, buffer, _buffer.Length);
            }

            if (count < 0 && Marshal.GetLastPInvokeError() is LinuxCalls.TryAgain or LinuxCalls.InterruptedCall)
            {
                return;
            }

            if (count <= 0)
            {
                End(source);
                return;
            }

            Split(source, _buffer.AsSpan(0, (int)count));
            taken += (int)count;
        }
    }

    private void Split(Source source, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var room = MaxLineBytes - source.Length;
            var end = bytes.IndexOf((byte)'\n');
            var take = Math.Min(end < 0 ? bytes.Length : end, room);
            bytes[..take].CopyTo(source.Line.AsSpan(source.Length));
            source.Length += take;
            if (take == end)
            {
                source.HasLine = true;
                Emit(source);
                bytes = bytes[(end + 1)..];
            }
            else
            {
                bytes = bytes[take..];
                if (source.Length == MaxLineBytes)
                {
                    Emit(source);
                }
            }
        }
    }

    private void Emit(Source source)
    {
        if (source.Length == 0 && !source.HasLine)
        {
            return;
        }

        if (_budget.TryTake(source.Length + 1))
        {
            TellSuppressed();
            _sink(source.Line.AsSpan(0, source.Length));
        }

        source.Length = 0;
        source.HasLine = false;
    }

    private void TellSuppressed()
    {
        if (_budget.TakeSuppressed() is > 0 and var bytes)
        {
            SuppressedBytes += bytes;
            _sink(Encoding.UTF8.GetBytes($"[roost] {bytes} bytes were printed too fast and not logged"));
        }
    }

    private void End(Source source)
    {
        if (!source.Ended)
        {
            source.Ended = true;
            _pump.Forget(source.Descriptor);
            source.Handle.Dispose();
        }
    }

    private sealed class Source(SafeHandle handle)
    {
        public SafeHandle Handle { get; } = handle;

        public int Descriptor { get; } = (int)handle.DangerousGetHandle();

        public byte[] Line { get; } = new byte[MaxLineBytes];

        public int Length { get; set; }

        /// <summary>True: the line is complete, though perhaps empty.</summary>
        public bool HasLine { get; set; }

        public bool Ended { get; set; }
    }
}
