namespace Roost.Storage.Logs;

/// <summary>Bytes that had been acknowledged as stored are not what was written. Nothing is repaired or skipped by guess.</summary>
public sealed class CorruptLogException(string segment, long offset, string reason)
    : Exception($"Segment {segment} is damaged at record {offset}: {reason}. Restore the folder from a backup, or move it away to begin an empty log.")
{
    /// <summary>Path of the damaged file.</summary>
    public string Segment { get; } = segment;

    /// <summary>Offset of the first record that cannot be trusted; those before it can.</summary>
    public long Offset { get; } = offset;

    public string Reason { get; } = reason;
}
