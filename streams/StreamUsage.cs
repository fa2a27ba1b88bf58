namespace Roost.Streams;

/// <summary>What all streams take of the disk, at one moment.</summary>
/// <param name="Bytes">Of all streams together, the system's own included.</param>
/// <param name="MaxBytes">Null: no limit but the disk.</param>
/// <param name="FreeBytes">Of the disk.</param>
/// <param name="KeepFreeBytes">Of these, what streams leave to the rest of the gateway.</param>
/// <param name="Refusal">Why streams take no records now, as a sentence; null while they do.</param>
public sealed record StreamUsage(long Bytes, long? MaxBytes, long FreeBytes, long KeepFreeBytes, string? Refusal)
{
    /// <summary>Bytes that may still come before something has to go, or is refused; not below 0.</summary>
    public long Headroom => Math.Max(0, Math.Min((MaxBytes ?? long.MaxValue) - Bytes, FreeBytes - KeepFreeBytes));

    /// <summary>The disk leaves less than <see cref="MaxBytes"/> does: more of that would not help.</summary>
    public bool IsLimitedByDisk => FreeBytes - KeepFreeBytes < (MaxBytes ?? long.MaxValue) - Bytes;
}
