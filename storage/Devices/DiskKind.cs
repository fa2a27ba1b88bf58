namespace Roost.Storage.Devices;

/// <summary>What a file system lies on.</summary>
public enum DiskKind
{
    /// <summary>A virtual machine's disk, a loop device, or what the kernel does not tell of.</summary>
    Other,
    SdCard,
    Emmc,

    /// <summary>An SSD or a USB stick.</summary>
    Flash,

    /// <summary>A hard disk.</summary>
    Rotating,
}
