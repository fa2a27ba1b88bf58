using Roost.Storage;
using Roost.Storage.Logs;

namespace Roost.Streams;

/// <summary>A stream as operators see it, at one moment.</summary>
public sealed record StreamDescription
{
    public required StreamName Name { get; init; }

    /// <summary>False: the folder exists, the configuration does not name it any more. It can be read, not appended to, and nothing is deleted.</summary>
    public required bool Configured { get; init; }

    /// <summary>Why the stream cannot be used, as a sentence; null when it can.</summary>
    public required string? Fault { get; init; }

    /// <summary>Offset of the oldest record that is kept.</summary>
    public required long FirstOffset { get; init; }

    /// <summary>Offset that the next record will get.</summary>
    public required long NextOffset { get; init; }

    /// <summary>Bytes on disk.</summary>
    public required long SizeBytes { get; init; }

    public required LogRetention Retention { get; init; }

    public required LogFullPolicy Full { get; init; }

    public required Durability Durability { get; init; }

    public required int MaxRecordBytes { get; init; }

    public long Records => NextOffset - FirstOffset;
}
