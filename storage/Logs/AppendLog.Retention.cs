using Microsoft.Extensions.Logging;
using Roost.Storage.Files;
using Roost.Storage.Logs.Segments;

namespace Roost.Storage.Logs;

/// <summary>What is kept, and for how long. Space is freed in whole segments, oldest first, never the one being written.</summary>
public sealed partial class AppendLog
{
    /// <summary>A segment is at most this part of each limit, so that a log is between 7/8 and all of what it may be.</summary>
    private const int SegmentsPerRetention = 8;

    private volatile SegmentLimits _limits;
    private ITimer? _ageTimer;

    // Guarded by the gate. Oldest first; the last one is being written.
    private readonly List<Segment> _segments;
    private readonly Queue<Segment> _trimmed = new();
    private long _sealedBytes;
    private long _keepFrom = long.MaxValue;

    /// <summary>
    /// Retention frees no record at or beyond this offset, whatever its limits say: somebody still needs them. At first nobody does
    /// (<see cref="long.MaxValue"/>). <see cref="TrimTo"/> does not ask.
    /// </summary>
    public long KeepFrom
    {
        get
        {
            lock (_gate)
            {
                return _keepFrom;
            }
        }

        set
        {
            lock (_gate)
            {
                _keepFrom = value;
            }
        }
    }

    private long SizeOfSegments() => _sealedBytes + _segments[^1].UsedBytes;

    private bool RetentionIsUsedUp(long moreBytes) =>
        SizeOfSegments() - _givenUpBytes + moreBytes > _options.Retention.Bytes
        || _nextOffset - Math.Max(_segments[0].FirstOffset, _givenUpBytes > 0 ? _trimTo : 0) >= _options.Retention.Records;

    private void StartAgeTimer()
    {
        if (_options.Retention.Age is { } age)
        {
            var period = TimeSpan.FromTicks(Math.Clamp(age.Ticks / SegmentsPerRetention, TimeSpan.TicksPerSecond, TimeSpan.TicksPerHour));
            _ageTimer = _clock.CreateTimer(_ => DueHousekeeping(), null, period, period);
        }
    }

    private void DueHousekeeping()
    {
        lock (_gate)
        {
            // Nothing to do, and no thread to start for it, while even the oldest record is young.
            if (!_disposed && IsTooOld(_segments[0]))
            {
                _housekeepingDue = true;
                WakeCommitter();
            }
        }

        KeepAges(isLast: false);
    }

    /// <summary>Committer only.</summary>
    private void EnforceRetention()
    {
        SealOutgrown();
        long dropped = 0;
        lock (_gate)
        {
            while (_segments.Count > 1 && _segments[1].FirstOffset <= _keepFrom && (IsTooOld(_segments[0]) || (_options.Full == LogFullPolicy.DropOldest && IsTooMuch())))
            {
                dropped += DropFirst();
            }
        }

        if (dropped > 0)
        {
            _metrics.Dropped(dropped);
            Interlocked.Add(ref _dropped, dropped);
            Log.OldestDropped(_logger, Folder, dropped);
        }
    }

    /// <summary>A log that gets no more records must still lose its old ones, and those that are too many since its limits were made smaller.</summary>
    private void SealOutgrown()
    {
        if (_failure is not null || _writer.IsEmpty || !(IsTooOld(_writer.Segment) || IsTooLarge()))
        {
            return;
        }

        try
        {
            Roll();
        }
        catch (IOException exception) when (DiskFile.IsFull(exception))
        {
            // Tried again with the next tick; the records are only kept for longer.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Fail(exception);
        }
    }

    private bool IsTooLarge()
    {
        lock (_gate)
        {
            return _options.Full == LogFullPolicy.DropOldest && IsTooMuch()
                && (_writer.End > _limits.Bytes || _durableOffset - _writer.Segment.FirstOffset > _limits.Records);
        }
    }

    private bool IsTooMuch() =>
        SizeOfSegments() > _options.Retention.Bytes
        || _durableOffset - _segments[0].FirstOffset > _options.Retention.Records;

    private long DropFirst()
    {
        var segment = _segments[0];
        _segments.RemoveAt(0);
        _sealedBytes -= segment.UsedBytes;
        _trimmed.Enqueue(segment);
        return segment.NextOffset - segment.FirstOffset;
    }

    /// <summary>Removes the files of freed segments. Committer only.</summary>
    /// <remarks>Each removal is synced before the next, for a segment that comes back between two that are gone would look like damage.</remarks>
    private void RemoveTrimmed()
    {
        while (true)
        {
            Segment segment;
            lock (_gate)
            {
                if (!_trimmed.TryPeek(out segment!))
                {
                    return;
                }
            }

            try
            {
                lock (_filesGate)
                {
                    File.Delete(segment.Path);
                }

                DiskFile.SyncFolder(Folder);
                _metrics.Synced(1);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Log.SegmentNotRemoved(_logger, segment.Path, exception);
                return;
            }

            lock (_gate)
            {
                _trimmed.Dequeue();
            }
        }
    }
}
