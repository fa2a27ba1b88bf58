namespace Roost.Identity;

/// <summary>How much of the past the audit keeps. Whatever comes first ends it; the oldest goes, in whole segments.</summary>
public sealed class AuditOptions
{
    public const string Section = "Identity:Audit";

    /// <summary>Bytes on the disk. Default 64 MiB, some 200,000 records; at least 1 MiB.</summary>
    public long Bytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Default 365 days.</summary>
    public TimeSpan Age { get; set; } = TimeSpan.FromDays(365);
}
