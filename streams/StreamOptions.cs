using Roost.Storage;
using Roost.Storage.Logs;

namespace Roost.Streams;

/// <summary>How one stream keeps its records.</summary>
public sealed class StreamOptions
{
    public StreamRetentionOptions Retention { get; set; } = new();

    /// <summary>What happens to a new record when the retention in bytes or records is used up. Default: the oldest records go.</summary>
    public LogFullPolicy Full { get; set; } = LogFullPolicy.DropOldest;

    /// <summary>What an acknowledged record survives. Default: a power cut.</summary>
    public Durability Durability { get; set; } = Durability.PowerLoss;

    /// <summary>Whether segments that are full are compressed in the background. Default: those that shrink so much that hardly more is written for it.</summary>
    public LogCompression Compression { get; set; } = LogCompression.Auto;

    /// <summary>How often every record is read again to compare its checksum. Default: every seven days; null: only on command.</summary>
    public TimeSpan? VerifyEvery { get; set; } = TimeSpan.FromDays(7);

    /// <summary>When all streams together have what they may have, records of the least important stream go first. 1 (most important) to 9. Default 5.</summary>
    public int Priority { get; set; } = 5;

    /// <summary>Whether records go that every consumer is done with.</summary>
    internal ConsumedRecords Consumed => Retention.Consumed ?? (Full == LogFullPolicy.Reject ? ConsumedRecords.Free : ConsumedRecords.Keep);

    /// <summary>Largest record (key, headers and payload together), in bytes. Default 1 MiB.</summary>
    public int MaxRecordBytes { get; set; } = 1024 * 1024;
}
