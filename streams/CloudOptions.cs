namespace Roost.Streams;

/// <summary>What goes to the cloud.</summary>
public sealed class CloudOptions
{
    public const string Section = "Cloud";

    /// <summary>Bytes a second that all exports together may send; the exports' priorities share it out. Null (default): no limit. At least 128.</summary>
    public long? BandwidthBytes { get; set; }

    /// <summary>Topics that are carried between the broker here and the cloud's, as messages come and go.</summary>
    public IList<BridgeOptions> Bridge { get; set; } = [];

    public IList<ExportOptions> Exports { get; set; } = [];
}
