namespace Roost.Identity.Audit;

/// <summary>What became of reading the chain again.</summary>
internal sealed record AuditVerification
{
    /// <summary>Of the oldest and the newest record that was looked at; null: there is none.</summary>
    public long? First { get; init; }

    public long? Last { get; init; }

    public DateTimeOffset? FirstTime { get; init; }

    public DateTimeOffset? LastTime { get; init; }

    public long Records { get; init; }

    public long Checkpoints { get; init; }

    /// <summary>Whatever follows this record is linked, but not signed yet; null: no signature covers any of them.</summary>
    public long? SignedTo { get; init; }

    /// <summary>Id of the key with which signatures were checked.</summary>
    public required string Key { get; init; }

    /// <summary>Whether the log ends in a write that was cut short, which is no tampering: nobody had been told that it is durable.</summary>
    public bool HasTornTail { get; init; }

    /// <summary>What is wrong, at most <see cref="AuditVerifier.MaxFaults"/> sentences; empty: the chain is whole.</summary>
    public required IReadOnlyList<string> Faults { get; init; }
}
