namespace Roost.Streams;

/// <summary>What of an export's files is kept; the oldest go first, and the one that is being written never does.</summary>
public sealed class ExportKeepOptions
{
    /// <summary>Bytes of closed files together; null: no limit.</summary>
    public long? Bytes { get; set; }

    /// <summary>Null: no limit.</summary>
    public int? Files { get; set; }
}
