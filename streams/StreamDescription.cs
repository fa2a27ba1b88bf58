using Roost.Storage;
using Roost.Storage.Logs;

namespace Roost.Streams;

/// <summary>A stream as operators see it, at one moment.</summary>
public sealed record StreamDescription
{
    public required StreamName Name { get; init; }

    /// <summary>Another than that of any other stream that has had the name, or will. Null for those of the system, and while it is not open.</summary>
    public required string? Id { get; init; }

    public required StreamOrigin Origin { get; init; }

    /// <summary>Null like <see cref="Id"/>.</summary>
    public required DateTimeOffset? Created { get; init; }

    /// <summary>True: the configuration or a request defines it, and it takes records. False: the system's own, or a folder that nothing defines any more: it can be read, not appended to, and nothing of it goes by itself.</summary>
    public required bool Configured { get; init; }

    /// <summary>Why the stream cannot be used, as a sentence; null when it can.</summary>
    public required string? Fault { get; init; }

    /// <summary>Offset of the oldest record that is kept.</summary>
    public required long FirstOffset { get; init; }

    /// <summary>Offset that the next record will get.</summary>
    public required long NextOffset { get; init; }

    /// <summary>Bytes on disk.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>When the oldest record kept was appended; null without records.</summary>
    public required DateTimeOffset? Oldest { get; init; }

    /// <summary>When the newest record was appended; null without records.</summary>
    public required DateTimeOffset? Newest { get; init; }

    /// <summary>Records that retention gave up since the stream was opened.</summary>
    public required long DroppedRecords { get; init; }

    /// <summary>Whether records go that every consumer is done with.</summary>
    public required ConsumedRecords Consumed { get; init; }

    public required LogCompression Compression { get; init; }

    /// <summary>When all streams together have what they may have, the highest number loses records first.</summary>
    public required int Priority { get; init; }

    /// <summary>Why the stream takes no records now though it can be used, as a sentence; null when it does.</summary>
    public required string? Refusal { get; init; }

    public required LogRetention Retention { get; init; }

    public required LogFullPolicy Full { get; init; }

    public required Durability Durability { get; init; }

    public required int MaxRecordBytes { get; init; }

    /// <summary>Bytes handed to the kernel for each byte taken, since the start; null while none was taken.</summary>
    public double? WrittenPerByte { get; init; }

    /// <summary>What is known of its soundness; null where it is not open.</summary>
    public LogVerification? Verification { get; init; }

    /// <summary>Records of those kept that were lost to damage and given up by a repair.</summary>
    public long LostRecords { get; init; }

    public long Records => NextOffset - FirstOffset;
}
