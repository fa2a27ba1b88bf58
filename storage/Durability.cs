namespace Roost.Storage;

/// <summary>What an acknowledged write survives. One setting per use; the stronger, the dearer.</summary>
public enum Durability
{
    /// <summary>Synced to the disk (fdatasync) before it is acknowledged: survives a power cut.</summary>
    PowerLoss,

    /// <summary>Written to the kernel before it is acknowledged: survives <c>kill -9</c>, not a power cut.</summary>
    Crash,

    /// <summary>Acknowledged at once and written soon after: survives neither.</summary>
    Memory,
}
