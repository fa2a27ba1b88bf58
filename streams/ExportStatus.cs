namespace Roost.Streams;

/// <summary>One export, as operators see it at one moment.</summary>
public sealed record ExportStatus
{
    public required StreamName Stream { get; init; }

    /// <summary>Unique among the exports of its stream.</summary>
    public required string Name { get; init; }

    public required ExportTarget To { get; init; }

    /// <summary>Where it goes, for people: a topic, an address without secrets, a folder.</summary>
    public required string Destination { get; init; }

    public required int Priority { get; init; }

    public required ExportState State { get; init; }

    /// <summary>All records below it were acknowledged by the target (or are in <c>$dead</c>), durably noted.</summary>
    public required long CommittedOffset { get; init; }

    public required long LagRecords { get; init; }

    /// <summary>Estimated from the mean size of the stream's records.</summary>
    public required long LagBytes { get; init; }

    /// <summary>Age of the oldest record that waits; zero when none does.</summary>
    public required TimeSpan Lag { get; init; }

    /// <summary>When the oldest record was appended that waits; null when none does.</summary>
    public required DateTimeOffset? OldestUnsent { get; init; }

    /// <summary>Since the daemon started.</summary>
    public required long AcknowledgedRecords { get; init; }

    /// <summary>Keys and payloads of these, in bytes, as they are in the stream.</summary>
    public required long AcknowledgedBytes { get; init; }

    /// <summary>Messages, objects or requests that were acknowledged since the daemon started.</summary>
    public required long Batches { get; init; }

    /// <summary>Records sent once more since the daemon started: after a refusal, or a connection lost before their acknowledgement.</summary>
    public required long RetriedRecords { get; init; }

    /// <summary>Records that retention freed before they were exported, since the daemon started.</summary>
    public required long LostRecords { get; init; }

    /// <summary>Records given up for their age, since the daemon started.</summary>
    public required long ExpiredRecords { get; init; }

    /// <summary>Records refused for good and kept nowhere, since the daemon started.</summary>
    public required long DroppedRecords { get; init; }

    /// <summary>Records moved to <c>$dead</c> since the daemon started.</summary>
    public required long DeadRecords { get; init; }

    /// <summary>Why the export does not move, in words; null when it does, or has nothing to do.</summary>
    public required string? Fault { get; init; }
}
