using Roost.Storage.Logs.Segments;

namespace Roost.Storage.Logs;

public sealed partial class AppendLog
{
    // Guarded by the gate.
    private long _readableOffset;

    /// <summary>
    /// A reader that begins at <paramref name="fromOffset"/>, or at <see cref="FirstOffset"/> where that is greater. It sees durable records only.
    /// Any number of readers; each is used by one thread at a time.
    /// </summary>
    public LogReader OpenReader(long fromOffset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fromOffset);
        return new LogReader(this, fromOffset);
    }

    /// <summary>The oldest offset kept and the end of what readers may see.</summary>
    internal (long First, long End) Readable()
    {
        lock (_gate)
        {
            return (_segments[0].FirstOffset, _readableOffset);
        }
    }

    /// <summary>The segment that holds <paramref name="offset"/>; null where it was trimmed.</summary>
    internal Segment? FindSegment(long offset)
    {
        lock (_gate)
        {
            int low = 0, high = _segments.Count - 1;
            while (low <= high)
            {
                var middle = (low + high) / 2;
                if (_segments[middle].FirstOffset <= offset)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle - 1;
                }
            }

            return high < 0 ? null : _segments[high];
        }
    }

    /// <summary>
    /// With Durability.Memory, records are readable before they are written: copies the encoded ones from <paramref name="offset"/> on,
    /// as many as fit <paramref name="maxBytes"/> but at least one, into <paramref name="buffer"/>. Their checksums are not set.
    /// </summary>
    /// <returns>Bytes copied; 0 where nothing waits, or readers have to wait for the disk.</returns>
    internal int CopyPending(long offset, int maxBytes, ref byte[] buffer)
    {
        if (_options.Durability != Durability.Memory)
        {
            return 0;
        }

        lock (_gate)
        {
            // What came to rest in a segment since the reader looked is not to be passed over for what waits behind it.
            return offset < _readableOffset ? 0 : PendingBatchFrom(offset)?.CopyFrom(offset, maxBytes, ref buffer) ?? 0;
        }
    }

    /// <summary>Completes when there is something to read at or after <paramref name="offset"/>.</summary>
    internal Task WaitReadableAsync(long offset, CancellationToken ct)
    {
        Task moved;
        lock (_gate)
        {
            if (_readableOffset > offset || (_options.Durability == Durability.Memory && PendingBatchFrom(offset) is not null))
            {
                return Task.CompletedTask;
            }

            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_failure is not null)
            {
                throw new LogFailedException(Folder, _failure);
            }

            moved = (_moved ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        return ct.CanBeCanceled ? moved.WaitAsync(ct) : moved;
    }

    private PendingBatch? PendingBatchFrom(long offset) =>
        _inFlight.Records > 0 && offset < _inFlight.NextOffset ? _inFlight
        : _open.Records > 0 && offset < _open.NextOffset ? _open
        : null;

    private void EndWaitingReaders()
    {
        TaskCompletionSource? moved;
        lock (_gate)
        {
            (moved, _moved) = (_moved, null);
        }

        moved?.SetException(new ObjectDisposedException(nameof(AppendLog)));
    }
}
