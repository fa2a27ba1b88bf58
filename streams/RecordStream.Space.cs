using Roost.Storage.Logs;

namespace Roost.Streams;

/// <summary>What the limit of all streams asks of each.</summary>
public sealed partial class RecordStream
{
    /// <summary>On the disk, and on its way there; 0 for one that is not open.</summary>
    internal long SizeBytes => _slot.OpenLog is { } log ? log.SizeBytes + log.PendingBytes : 0;

    internal int Priority => _slot.Priority;

    internal bool CanBeTrimmed => _slot.CanBeTrimmed && _slot.OpenLog is not null;

    internal bool DropsOldest => _slot.Options.Full == LogFullPolicy.DropOldest;

    internal (long NextOffset, DateTimeOffset LastTimestamp)? OldestSegment => _slot.OpenLog?.OldestSegment;

    /// <summary>Frees whole segments below an offset, but none that is held for a stream's producers.</summary>
    /// <returns>Bytes that it has less.</returns>
    internal long Trim(long offset)
    {
        if (_slot.OpenLog is not { } log)
        {
            return 0;
        }

        var before = log.SizeBytes;
        log.TrimTo(Math.Min(offset, log.KeepFrom));
        return Math.Max(0, before - log.SizeBytes);
    }
}
