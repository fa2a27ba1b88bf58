using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.Storage;
using Roost.Storage.Logs;
using Roost.Streams.Catalog;
using Roost.Streams.Cursors;

namespace Roost.Streams.Space;

/// <summary>
/// Holds all streams together to their limit, and leaves the disk's reserve to the rest of the gateway. Appends draw on a grant, which is
/// measured anew when it is used up or old; where nothing is left, room is made in order, and where none can be made, the append is refused.
/// </summary>
internal sealed class StreamSpace : IStreamStorage
{
    /// <summary>So much may come between two measurements; more would let the disk fill up unseen.</summary>
    private const long Grant = 16 * 1024 * 1024;

    /// <summary>For what a record needs in its segment besides its own bytes.</summary>
    private const int RecordOverhead = 64;

    private const int ReservePart = 16;

    /// <summary>Others fill the disk, too.</summary>
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1);

    /// <summary>Who cannot wait is refused without another look for so long.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan s_quiet = TimeSpan.FromMinutes(1);

    private readonly StreamCatalog _catalog;
    private readonly ConsumerList _consumers;
    private readonly StreamStorageOptions _options;
    private readonly DriveInfo _disk;
    private readonly StreamMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger<StreamSpace> _logger;
    private readonly Lock _gate = new();
    private long _left;
    private long _measuredAt = long.MinValue;

    // Guarded by the gate.
    private LogFullException? _refusal;
    private long _refusedAt;
    private long? _warnedAt;

    public StreamSpace(
        StreamCatalog catalog, ConsumerList consumers, StreamsFolder folder, IOptions<StreamStorageOptions> options, StreamMetrics metrics, TimeProvider clock, ILogger<StreamSpace> logger)
    {
        (_catalog, _consumers, _options, _disk, _metrics, _clock, _logger) = (catalog, consumers, options.Value, new DriveInfo(folder.Root), metrics, clock, logger);
        metrics.ObserveStorage(() => Usage);
    }

    /// <summary>From now on appends are held to the limit.</summary>
    public void Start() => _catalog.Room.Admit = Admit;

    public StreamUsage Usage
    {
        get
        {
            lock (_gate)
            {
                return Measure() with { Refusal = _refusal?.Message };
            }
        }
    }

    /// <returns>Null when the records may be appended; else why not.</returns>
    private LogFullException? Admit(RecordStream stream, long bytes, int records, bool mayWait)
    {
        var need = bytes + ((long)RecordOverhead * records);
        if (Interlocked.Add(ref _left, -need) >= 0 && _clock.GetElapsedTime(Volatile.Read(ref _measuredAt)) < s_fresh)
        {
            return null;
        }

        lock (_gate)
        {
            if (!mayWait && _refusal is { } known && _clock.GetElapsedTime(_refusedAt) < s_pause)
            {
                return known;
            }

            var usage = Measure();
            var headroom = usage.Headroom;
            if (headroom < need)
            {
                headroom += MakeRoom(stream, need - headroom);
            }

            Volatile.Write(ref _measuredAt, _clock.GetTimestamp());
            Interlocked.Exchange(ref _left, Math.Min(Grant, headroom - need));
            _refusal = headroom >= need ? null : Refuse(stream, usage);
            _refusedAt = _clock.GetTimestamp();
            return _refusal;
        }
    }

    private StreamUsage Measure()
    {
        var used = _catalog.All.Sum(stream => stream.SizeBytes);
        try
        {
            return new StreamUsage(used, _options.MaxTotalBytes, _disk.AvailableFreeSpace, Math.Min(_options.KeepFreeBytes, _disk.TotalSize / ReservePart), null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new StreamUsage(used, _options.MaxTotalBytes, long.MaxValue, 0, null); // the write itself will tell
        }
    }

    /// <summary>First what every consumer is done with; then the oldest of streams that drop their oldest, the least important first, and of none that is more important than the one that needs the room.</summary>
    /// <returns>Bytes that were freed; their files go in the next moments.</returns>
    private long MakeRoom(RecordStream needy, long need)
    {
        var streams = _catalog.All.Where(stream => stream.CanBeTrimmed).OrderByDescending(stream => stream.Priority).ToList();
        var freed = 0L;
        foreach (var stream in streams.TakeWhile(_ => freed < need))
        {
            if (_consumers.AllOf(stream) is { Count: > 0 } consumers)
            {
                freed += stream.Trim(consumers.Min(consumer => consumer.NextOffset));
            }
        }

        while (freed < need && Oldest(streams, needy) is { } oldest)
        {
            var before = oldest.FirstOffset;
            var gone = oldest.Trim(oldest.OldestSegment!.Value.NextOffset);
            if (gone == 0)
            {
                break;
            }

            freed += gone;
            NoteDropped(oldest, oldest.FirstOffset - before);
        }

        return freed;
    }

    private static RecordStream? Oldest(List<RecordStream> streams, RecordStream needy) => streams
        .Where(stream => stream is { DropsOldest: true, OldestSegment: not null } && stream.Priority >= needy.Priority)
        .OrderByDescending(stream => stream.Priority)
        .ThenBy(stream => stream.OldestSegment?.LastTimestamp)
        .FirstOrDefault();

    private void NoteDropped(RecordStream stream, long records)
    {
        _metrics.Dropped(stream.Name.Value, "limit of all streams", records);
        if (_warnedAt is not { } before || _clock.GetElapsedTime(before) > s_quiet)
        {
            _warnedAt = _clock.GetTimestamp();
            Log.DroppedForAll(_logger, stream.Name, records);
        }
    }

    private static LogFullException Refuse(RecordStream stream, StreamUsage usage)
    {
        var byDisk = usage.IsLimitedByDisk;
        return new LogFullException(
            stream.Name.Value,
            byDisk
                ? $"its file system has no space but the {ByteSize.Format(usage.KeepFreeBytes)} that streams leave to the rest of the gateway (stream-storage.keep-free), and no stream has anything that may go"
                : $"all streams together have the {ByteSize.Format(usage.MaxBytes ?? 0)} that they may have (stream-storage.max-total), and none has anything that may go",
            byDisk ? "Free space there, or delete a stream." : "Delete a stream, let consumers go on, or raise the limit.");
    }
}
