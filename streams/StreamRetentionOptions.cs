namespace Roost.Streams;

/// <summary>How much of its past a stream keeps; what is null is unlimited. Space is freed in whole segments of at most an eighth of <see cref="Bytes"/>.</summary>
public sealed class StreamRetentionOptions
{
    /// <summary>Most bytes on disk. Default 256 MiB, so that no stream fills a card by default. At least 64 KiB.</summary>
    public long? Bytes { get; set; } = 256 * 1024 * 1024;

    /// <summary>Records older than this go. Default: no limit.</summary>
    public TimeSpan? Age { get; set; }

    /// <summary>Most records. Default: no limit.</summary>
    public long? Records { get; set; }

    /// <summary>What becomes of records that all consumers are done with. Default (null): freed where a full stream refuses new ones, which would wait for that room; kept where it drops its oldest.</summary>
    public ConsumedRecords? Consumed { get; set; }
}
