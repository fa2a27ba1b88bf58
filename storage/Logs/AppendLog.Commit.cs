using System.Diagnostics.CodeAnalysis;
using Roost.Storage.Files;
using Roost.Storage.Logs.Segments;

namespace Roost.Storage.Logs;

/// <summary>The committer: the one thread that writes.</summary>
public sealed partial class AppendLog
{
    private const int PartGathered = 4;

    private readonly TaskCompletionSource _committerEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by the gate.
    private Thread? _committer;
    private bool _committerIdle;
    private bool _committerGathers;
    private bool _gathersNoMore;
    private bool _housekeepingDue;

    // The committer's own; others read them once it has ended.
    private long _segmentBegan; // when its first record since it was opened was written, by the clock that no one sets; 0 before
    private SegmentWriter _writer;

    // Starts the thread with the first work for it: a log that nobody appends to has none.
    private void WakeCommitter()
    {
        if (_committerIdle || (_committerGathers && HasGathered))
        {
            (_committerIdle, _committerGathers) = (false, false);
            Monitor.Pulse(_gate);
        }
        else if (_committer is null)
        {
            _committer = new Thread(RunCommitter, maxStackSize: 256 * 1024) { IsBackground = true, Name = "log " + Path.GetFileName(Folder) };
            _committer.Start();
        }
    }

    private void RunCommitter()
    {
        try
        {
            while (TakeWork())
            {
                if (_inFlight.Records > 0)
                {
                    Commit(_inFlight);
                }

                SealOnRequest();
                SealTrimmed();
                EnforceRetention();
                RemoveTrimmed();
                StartCompression();
            }
        }
        finally
        {
            lock (_gate)
            {
                _sealRequested?.SetException(new ObjectDisposedException(nameof(AppendLog)));
            }

            _committerEnded.SetResult();
        }
    }

    /// <summary>Waits for records or housekeeping; false when the log is disposed and nothing is left to write.</summary>
    private bool TakeWork()
    {
        lock (_gate)
        {
            while (_open.Records == 0 && !_housekeepingDue && !_disposed)
            {
                _committerIdle = true;
                Monitor.Wait(_gate);
            }

            _committerIdle = false;
            Gather();
            _housekeepingDue = false;
            (_open, _inFlight) = (_inFlight, _open);
            return _inFlight.Records > 0 || !_disposed;
        }
    }

    // Enough bytes to be worth a sync, and long before those who append are made to wait for want of room.
    private bool HasGathered => _open.Bytes >= _options.MaxPendingBytes / PartGathered;

    /// <summary>From now on no record waits for others (<see cref="AppendLogOptions.Gather"/>): for who is about to stop, and waits for what was appended.</summary>
    public void EndGathering()
    {
        lock (_gate)
        {
            _gathersNoMore = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>In the gate. Lets records come to those that wait already, until there are enough of them; the end of the log ends it.</summary>
    private void Gather()
    {
        if (_open.Records == 0 || _options.Durability != Durability.PowerLoss || _options.Gather <= TimeSpan.Zero)
        {
            return;
        }

        var began = TimeProvider.System.GetTimestamp(); // it is the thread that waits, whatever clock stamps the records
        while (!_disposed && !_gathersNoMore && !HasGathered && _options.Gather - TimeProvider.System.GetElapsedTime(began) is var left && left > TimeSpan.Zero)
        {
            _committerGathers = true;
            Monitor.Wait(_gate, left);
        }

        _committerGathers = false;
    }

    private void Commit(PendingBatch batch)
    {
        var (next, records) = (batch.NextOffset, batch.Records);
        var bytes = batch.Bytes - ((long)records * RecordFormat.HeaderBytes);
        try
        {
            if (_failure is not null)
            {
                Refuse(batch, new LogFailedException(Folder, _failure));
                return;
            }

            WriteBatch(batch.Encoded);
            _metrics.Committed(records, bytes);
            Complete(batch, next);
        }
        catch (IOException exception) when (DiskFile.IsFull(exception))
        {
            Log.DiskFull(_logger, Folder, batch.FirstOffset, next, exception);
            Refuse(batch, new LogFullException(Folder, "its file system has no space", "Free space there; then appends succeed again.", exception));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Refuse(batch, Fail(exception));
        }
    }

    /// <summary>Puts the records into the segment, and into the next ones where it is full.</summary>
    private void WriteBatch(Span<byte> records)
    {
        while (true)
        {
            if (_writer.IsSealed || (!_writer.IsEmpty && !FitsSegment(records, _writer.End)))
            {
                Roll();
            }

            records = records[WriteChunk(records)..];
            if (_options.Durability == Durability.PowerLoss)
            {
                _writer.Sync();
            }

            _writer.Publish();
            if (records.IsEmpty)
            {
                return;
            }
        }
    }

    /// <summary>Writes the records that fit the segment, at least one; returns their bytes.</summary>
    private int WriteChunk(Span<byte> records)
    {
        var (bytes, last) = (0, 0);
        do
        {
            last = bytes;
            var record = records.Slice(bytes, RecordFormat.ReadLength(records[bytes..]));
            RecordFormat.Stamp(record, _writer.SyncedTo, _writer.Segment.Salt);
            _writer.Index(RecordFormat.ReadOffset(record), _writer.End + bytes);
            bytes += record.Length;
        }
        while (bytes < records.Length && FitsSegment(records[bytes..], _writer.End + bytes));

        _segmentBegan = _writer.IsEmpty || _segmentBegan == 0 ? _clock.GetTimestamp() : _segmentBegan;
        var lastRecord = records[last..];
        _writer.Write(records[..bytes], RecordFormat.ReadOffset(lastRecord) + 1, RecordFormat.ReadTimestamp(records), RecordFormat.ReadTimestamp(lastRecord));
        NoteAge(_writer.NextOffset);
        return bytes;
    }

    private bool FitsSegment(ReadOnlySpan<byte> record, long position) =>
        position + RecordFormat.ReadLength(record) <= _limits.Bytes
        && RecordFormat.ReadOffset(record) - _writer.Segment.FirstOffset < _limits.Records
        && !(_limits.Age is { } age && _segmentBegan != 0 && _clock.GetElapsedTime(_segmentBegan) >= age);

    /// <summary>Seals the segment and begins the next. Where only the first half succeeds, the next call does the second.</summary>
    private void Roll()
    {
        if (!_writer.IsSealed)
        {
            _writer.Seal();
        }

        var next = SegmentWriter.Create(Folder, _writer.NextOffset, FillsAhead(_options), _metrics);
        _writer.Dispose();
        (_segmentBegan, _segmentBegins) = (0, true);
        lock (_gate)
        {
            _sealedBytes += _writer.Segment.UsedBytes;
            _writer = next;
            _segments.Add(next.Segment);
        }
    }

    private void Complete(PendingBatch batch, long next)
    {
        TaskCompletionSource? done, moved;
        lock (_gate)
        {
            _durableOffset = next;
            _readableOffset = next;
            done = batch.Reset();
            (moved, _moved) = (_moved, null);
        }

        Tell(() => DurableAdvanced?.Invoke(next));
        done?.SetResult();
        moved?.SetResult();
    }

    /// <summary>Faults those who wait for the batch. Its first records are kept where they went into a segment that was finished before the failure.</summary>
    private void Refuse(PendingBatch batch, Exception failure)
    {
        TaskCompletionSource? done;
        long kept, first, next;
        bool advanced;
        lock (_gate)
        {
            kept = _writer.Segment.NextOffset;
            advanced = kept > _durableOffset;
            _durableOffset = Math.Max(kept, _durableOffset);
            _readableOffset = _durableOffset;
            (first, next) = (Math.Max(batch.FirstOffset, kept), batch.NextOffset);
            (_failedOffsets ??= new FailedOffsets()).Add(first, next, failure);
            done = batch.Reset();
        }

        if (advanced)
        {
            Tell(() => DurableAdvanced?.Invoke(kept));
        }

        Tell(() => AppendsFailed?.Invoke(first, next, failure));
        if (done is not null)
        {
            done.SetException(failure);
            _ = done.Task.Exception; // observed: nobody need wait
        }
    }

    private LogFailedException Fail(Exception cause)
    {
        var failure = new LogFailedException(Folder, cause);
        Log.LogFailed(_logger, Folder, cause);
        TaskCompletionSource? moved;
        lock (_gate)
        {
            _failure = cause;
            (moved, _moved) = (_moved, null);
        }

        moved?.SetException(failure);
        return failure;
    }

    [SuppressMessage("Design", "CA1031", Justification = "Outer edge: a listener's fault must not end the committer, on which everybody else waits.")]
    private void Tell(Action callback)
    {
        try
        {
            callback();
        }
        catch (Exception exception)
        {
            Log.CallbackFailed(_logger, Folder, exception);
        }
    }
}
