using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Roost.Mqtt.Client.Connections;

/// <summary>
/// Bytes that wait for the socket: any thread appends, one writer takes all that is there and writes it at once. Two pooled arrays
/// change places; those held when the connection ends are left to the garbage collector, as a late append may still look at them.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "Disposing of the semaphore would race with a late append, and frees nothing.")]
internal sealed class OutputBuffer
{
    private const int InitialBytes = 4096;

    /// <summary>An array that a burst has made larger than this is not kept.</summary>
    private const int KeptBytes = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _signal = new(0); // holds nothing to dispose of: its wait handle is never asked for
    private byte[] _filling = ArrayPool<byte>.Shared.Rent(InitialBytes);
    private byte[]? _writing;
    private int _filled;
    private bool _signalled;
    private bool _completed;
    private TaskCompletionSource? _space;

    public delegate int WritePacket<TState>(Span<byte> destination, TState state);

    /// <summary>Bytes not yet taken by the writer.</summary>
    public int PendingBytes
    {
        get
        {
            lock (_gate)
            {
                return _filled;
            }
        }
    }

    /// <summary>Appends <paramref name="size"/> bytes; nothing happens once the buffer is complete.</summary>
    public void Append<TState>(int size, TState state, WritePacket<TState> write)
    {
        lock (_gate)
        {
            if (_completed)
            {
                return;
            }

            if (_filling.Length - _filled < size)
            {
                Grow(size);
            }

            _filled += write(_filling.AsSpan(_filled, size), state);
        }
    }

    /// <summary>Wakes the writer for what has been appended.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_filled > 0)
            {
                Signal();
            }
        }
    }

    /// <summary>Completes once the writer has taken what is here now, or the buffer is complete.</summary>
    public Task WaitForSpaceAsync()
    {
        lock (_gate)
        {
            if (_completed || _filled == 0)
            {
                return Task.CompletedTask;
            }

            return (_space ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>For the one writer: waits for bytes. They are the writer's until its next call.</summary>
    /// <returns>Empty once the buffer is complete and all is written.</returns>
    public async ValueTask<ReadOnlyMemory<byte>> TakeAsync()
    {
        await _signal.WaitAsync();
        lock (_gate)
        {
            _signalled = false;
            if (_writing is { } written)
            {
                ArrayPool<byte>.Shared.Return(written);
            }

            var taken = _filled;
            _writing = _filling;
            _filling = ArrayPool<byte>.Shared.Rent(Math.Clamp(taken, InitialBytes, KeptBytes));
            _filled = 0;
            _space?.TrySetResult();
            _space = null;
            if (_completed)
            {
                Signal(); // the next call ends the loop
            }

            return _writing.AsMemory(0, taken);
        }
    }

    /// <summary>Takes no more bytes; the writer ends after what is there.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            _space?.TrySetResult();
            _space = null;
            Signal();
        }
    }

    private void Signal()
    {
        if (!_signalled)
        {
            _signalled = true;
            _signal.Release();
        }
    }

    private void Grow(int size)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(_filled + size), _filling.Length * 2));
        _filling.AsSpan(0, _filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_filling);
        _filling = larger;
    }
}
