using Roost.Storage;

namespace Roost.Streams;

/// <summary>The messages of one entry that wait for the cloud, on the disk.</summary>
public sealed class BridgeQueueOptions
{
    /// <summary>Most bytes on the disk. Default 64 MiB, 4 MiB at least.</summary>
    public long Bytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Most messages. Null (default): as many as the bytes allow.</summary>
    public long? Messages { get; set; }

    /// <summary>What has waited longer is not sent any more. By the wall clock. Null (default): no limit.</summary>
    public TimeSpan? Age { get; set; }

    public BridgeFullPolicy Full { get; set; } = BridgeFullPolicy.Reject;

    /// <summary>What an accepted message survives. Default: a power cut.</summary>
    public Durability Durability { get; set; } = Durability.PowerLoss;
}
