namespace Roost.Shadow.Sync;

/// <summary>What is remembered of one shadow's sync over restarts.</summary>
internal sealed record SyncRow
{
    /// <summary>Conflicts kept of one exchange, to be shown.</summary>
    public const int MostConflicts = 16;

    /// <summary>Null when neither side had the shadow at the last sync, or there was none.</summary>
    public SyncBase? Last { get; init; }

    /// <summary>The shadow here was deleted since.</summary>
    public bool LocalRecreated { get; init; }

    /// <summary>The cloud's shadow was deleted since, as an operator has said.</summary>
    public bool CloudRecreated { get; init; }

    /// <summary>It is gone in the cloud, and somebody has to say whether that is meant; there is an <see cref="Error"/> as well.</summary>
    public bool IsHeld { get; init; }

    public DateTimeOffset? SyncedAt { get; init; }

    /// <summary>Of all time.</summary>
    public long Conflicts { get; init; }

    /// <summary>Updates that the upstream refused over their version, of all time.</summary>
    public long Rebases { get; init; }

    /// <summary>Those of the last exchange that had any.</summary>
    public IReadOnlyList<SyncConflict> LastConflicts { get; init; } = [];

    public DateTimeOffset? ConflictAt { get; init; }

    /// <summary>Why the last attempt failed; null after one that did not.</summary>
    public string? Error { get; init; }

    public DateTimeOffset? ErrorAt { get; init; }
}
