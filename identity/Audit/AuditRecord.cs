namespace Roost.Identity.Audit;

/// <summary>One link of the chain, as it is stored: docs/formats/audit.md.</summary>
internal sealed record AuditRecord
{
    public required DateTimeOffset Time { get; init; }

    /// <summary>From 0, without gaps, whatever the offsets of the log are.</summary>
    public required long Sequence { get; init; }

    /// <summary>SHA-256 of the record before, 64 lower-case hexadecimal digits; zeros in the first of all.</summary>
    public required string Previous { get; init; }

    public required AuditEntry Entry { get; init; }

    /// <summary>Of a summary: how many more there were of its kind within the second; null: it stands for itself.</summary>
    public long? Count { get; init; }

    /// <summary>Of a checkpoint: <see cref="AuditKey.Id"/>.</summary>
    public string? Key { get; init; }

    /// <summary>Of a checkpoint: over its number and <see cref="Previous"/>, in Base64.</summary>
    public string? Signature { get; init; }

    /// <summary><see cref="AuditKey.MacOf"/> of the record: only the daemon can have written it.</summary>
    public string? Mac { get; init; }
}
