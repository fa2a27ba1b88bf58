namespace Roost.Streams;

/// <summary>When a batch is closed: whatever comes first. What is null is the target's own default.</summary>
public sealed class ExportBatchOptions
{
    /// <summary>Most records of one batch, 1 to 100,000.</summary>
    public int? Records { get; set; }

    /// <summary>Most bytes of keys and payloads, 1 KiB to 64 MiB. A single larger record goes alone.</summary>
    public int? Bytes { get; set; }

    /// <summary>Longest wait for more records, from the first that waits; 0 to 1 h.</summary>
    public TimeSpan? Linger { get; set; }
}
