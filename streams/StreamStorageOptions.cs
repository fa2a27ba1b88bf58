namespace Roost.Streams;

/// <summary>What all streams together may take of the disk.</summary>
public sealed class StreamStorageOptions
{
    public const string Section = "StreamStorage";

    /// <summary>Most bytes of all streams together, the system's own included. Null: no limit but the disk. Default 8 GiB, at least 16 MiB.</summary>
    public long? MaxTotalBytes { get; set; } = 8L * 1024 * 1024 * 1024;

    /// <summary>Bytes of the disk that streams leave free, for broker, shadows and queues; a sixteenth of the disk where that is less. Default 256 MiB.</summary>
    public long KeepFreeBytes { get; set; } = 256 * 1024 * 1024;

    /// <summary>
    /// How long a record of a stream with durability power-loss waits for others to share a sync of the disk with, and its producer for the acknowledgement. Default 0: those that come
    /// while the disk is busy share one. At most 1 s.
    /// </summary>
    public TimeSpan Gather { get; set; }
}
