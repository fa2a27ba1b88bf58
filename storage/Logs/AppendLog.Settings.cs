using Roost.Storage.Logs.Segments;

namespace Roost.Storage.Logs;

/// <summary>What can be changed while the log is open, and what is told of it besides its offsets.</summary>
public sealed partial class AppendLog
{
    private long _dropped;

    internal DateTimeOffset Now => _clock.GetUtcNow();

    /// <summary>Records that retention has given up since the log was opened.</summary>
    public long DroppedRecords => Interlocked.Read(ref _dropped);

    /// <summary>When the oldest record kept was appended; null without records, and for one that is not durable yet.</summary>
    public DateTimeOffset? OldestTimestamp
    {
        get
        {
            lock (_gate)
            {
                return _segments[0].FirstTimestamp is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
            }
        }
    }

    /// <summary>When the newest record was appended; null in a log that has none.</summary>
    public DateTimeOffset? NewestTimestamp
    {
        get
        {
            lock (_gate)
            {
                return _nextOffset > _segments[0].FirstOffset && _lastTimestamp > 0 ? new DateTimeOffset(_lastTimestamp, TimeSpan.Zero) : null;
            }
        }
    }

    /// <summary>The offset that <see cref="TrimTo"/> needs to free the oldest segment alone, and when its last record was appended; null while there is only the segment being written.</summary>
    public (long NextOffset, DateTimeOffset LastTimestamp)? OldestSegment
    {
        get
        {
            lock (_gate)
            {
                return _segments.Count > 1 ? (_segments[1].FirstOffset, new DateTimeOffset(_segments[0].LastTimestamp, TimeSpan.Zero)) : null;
            }
        }
    }

    /// <summary>
    /// Keeps the log by other options from now on. What is too much by new limits goes soon. Records that wait for the disk are kept by
    /// either durability; cursors stay as durable as they were opened.
    /// </summary>
    /// <exception cref="ArgumentException">The options are out of bounds, or turn a log on the disk into one in memory, or the other way: those are read differently.</exception>
    /// <exception cref="ObjectDisposedException">The log is closed.</exception>
    public void Reconfigure(AppendLogOptions options)
    {
        if (string.Join(' ', options.Faults()) is { Length: > 0 } faults)
        {
            throw new ArgumentException(faults, nameof(options));
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if ((options.Durability == Durability.Memory) != (_options.Durability == Durability.Memory))
            {
                throw new ArgumentException($"Durability cannot become {options.Durability} while it is {_options.Durability}.", nameof(options));
            }

            _options = options;
            _limits = SegmentLimits.Of(options, SegmentsPerRetention);
            _ageTimer?.Dispose();
            OpenAges();
            StartAgeTimer();
            _watchTimer?.Dispose();
            StartWatchTimer();
            _housekeepingDue = true;
            WakeCommitter();
        }
    }
}
