namespace Roost.Streams;

/// <summary>How fast an export may go, with bursts of one second; null: no limit of its own.</summary>
public sealed class ExportLimitOptions
{
    /// <summary>Records a second, 1 to 10,000,000.</summary>
    public long? Rate { get; set; }

    /// <summary>Bytes a second as they are sent, packed; at least 128.</summary>
    public long? BandwidthBytes { get; set; }
}
