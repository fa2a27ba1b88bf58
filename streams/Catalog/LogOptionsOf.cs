using Roost.Storage;
using Roost.Storage.Logs;

namespace Roost.Streams.Catalog;

/// <summary>How the log of each kind of stream is kept.</summary>
internal static class LogOptionsOf
{
    private const long SegmentBytes = 16 * 1024 * 1024;
    private const int PartOfTotal = 32;

    /// <summary>Refused records are few; old ones go before they fill the card.</summary>
    public static AppendLogOptions Dead { get; } = new()
    {
        Durability = Durability.PowerLoss,
        SegmentBytes = 4 * 1024 * 1024,
        MaxRecordBytes = 2 * 1024 * 1024, // any record, and why it was refused
        Retention = new LogRetention(Bytes: 64 * 1024 * 1024),
        Full = LogFullPolicy.DropOldest,
        OpensDamaged = true,
    };

    /// <summary>A stream that nothing defines any more keeps all it has.</summary>
    public static AppendLogOptions Removed { get; } = new()
    {
        Retention = LogRetention.Unlimited,
        Full = LogFullPolicy.Reject,
        OpensDamaged = true,
        Durability = Durability.Crash, // nothing is appended: no space is set aside for it
    };

    /// <param name="storage">The limit of all streams frees whole segments, so that they must be small parts of it.</param>
    public static AppendLogOptions Defined(StreamOptions options, StreamStorageOptions storage) => new()
    {
        Durability = options.Durability,
        SegmentBytes = Math.Max(Math.Min(SegmentBytes, (storage.MaxTotalBytes ?? long.MaxValue) / PartOfTotal), 2L * options.MaxRecordBytes),
        MaxRecordBytes = options.MaxRecordBytes,
        Retention = new LogRetention(options.Retention.Bytes, options.Retention.Age, options.Retention.Records),
        Full = options.Full,
        Compression = options.Compression,
        TrimsActiveSegment = true,
        OpensDamaged = true,
        VerifyEvery = options.VerifyEvery,
        Gather = storage.Gather,
    };
}
