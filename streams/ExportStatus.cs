namespace Roost.Streams;

/// <summary>One export, as operators see it at one moment.</summary>
public sealed record ExportStatus
{
    public required StreamName Stream { get; init; }

    /// <summary>Unique among the exports of its stream.</summary>
    public required string Name { get; init; }

    public required string Topic { get; init; }

    /// <summary>All records below it were acknowledged by the target (or are in <c>$dead</c>), durably noted.</summary>
    public required long CommittedOffset { get; init; }

    public required long LagRecords { get; init; }

    /// <summary>Estimated from the mean size of the stream's records.</summary>
    public required long LagBytes { get; init; }

    /// <summary>Age of the oldest record that waits; zero when none does.</summary>
    public required TimeSpan Lag { get; init; }

    /// <summary>Since the daemon started.</summary>
    public required long AcknowledgedRecords { get; init; }

    /// <summary>Records sent once more since the daemon started: after a refusal, or a connection lost before their acknowledgement.</summary>
    public required long RetriedRecords { get; init; }

    /// <summary>Records that retention freed before they were exported, since the daemon started.</summary>
    public required long LostRecords { get; init; }

    /// <summary>Records moved to <c>$dead</c> since the daemon started.</summary>
    public required long DeadRecords { get; init; }

    /// <summary>Why the export does not move, in words; null when it does, or has nothing to do.</summary>
    public required string? Fault { get; init; }
}
