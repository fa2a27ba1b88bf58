namespace Roost.Storage.Devices;

/// <summary>
/// The disk under a folder, by the kernel's word (Documentation/ABI/stable/sysfs-block, Documentation/driver-api/mmc/mmc-dev-attrs.rst).
/// What it has written is read anew each time. Any thread may call.
/// </summary>
public sealed class Disk
{
    private const int SectorBytes = 512;      // of `size` and `stat`, whatever the disk's own sectors are
    private const int WrittenSectors = 6;     // fields of `stat`, from 0
    private const int Flushes = 15;           // since Linux 5.5
    private const int MostLayers = 8;         // of device mapper and software RAID
    private readonly string _folder;

    private Disk(string folder, Mount? mount)
    {
        _folder = folder;
        Mount = mount;
        Name = Path.GetFileName(folder);
        Kind = KindOf();
        SizeBytes = (SystemFile.TryReadNumber(Path.Combine(folder, "size")) ?? 0) * SectorBytes;
        Model = SystemFile.TryRead(Path.Combine(folder, "device", "name")) ?? SystemFile.TryRead(Path.Combine(folder, "device", "model"));
        Made = SystemFile.TryRead(Path.Combine(folder, "device", "date"));
    }

    /// <summary>The kernel's: mmcblk0, sda, nvme0n1.</summary>
    public string Name { get; }

    public DiskKind Kind { get; }

    public long SizeBytes { get; }

    /// <summary>As its maker calls it; null where it does not tell.</summary>
    public string? Model { get; }

    /// <summary>Month and year in which a card was made, 09/2021; null where it does not tell.</summary>
    public string? Made { get; }

    /// <summary>By which it was found; null for a disk that was asked for by name.</summary>
    public Mount? Mount { get; }

    public bool IsCard => Kind is DiskKind.SdCard or DiskKind.Emmc;

    /// <summary>By everybody on this machine since it started, in bytes; null when it is gone.</summary>
    public long? WrittenBytes => Statistics(WrittenSectors) * SectorBytes;

    /// <summary>How often it was told to make what it has durable, since the machine started; null where the kernel does not count.</summary>
    public long? FlushCount => Statistics(Flushes);

    /// <summary>What an eMMC says of its life.</summary>
    public EmmcHealth? Health => EmmcHealth.Parse(SystemFile.TryRead(Path.Combine(_folder, "device", "life_time")), SystemFile.TryRead(Path.Combine(_folder, "device", "pre_eol_info")));

    /// <returns>The disk on which <paramref name="path"/> lies; null for file systems in memory or from the network, and where it cannot be told.</returns>
    public static Disk? Of(string path, SystemFolders folders) =>
        Mount.Of(RealPath.Of(path), folders) is { } mount ? OfMount(mount, folders) : null;

    /// <param name="device">Such as /dev/mmcblk0p3.</param>
    /// <returns>Null where there is none of that name.</returns>
    public static Disk? OfDevice(string device, SystemFolders folders) =>
        Resolve(Path.Combine(folders.Sys, "class", "block", Path.GetFileName(device))) is { } folder ? new Disk(Lowest(folder), mount: null) : null;

    private static Disk? OfMount(Mount mount, SystemFolders folders)
    {
        // btrfs gives its mounts a number of no device, and says which one it is on.
        var link = !mount.Device.StartsWith("0:", StringComparison.Ordinal) ? Path.Combine(folders.Sys, "dev", "block", mount.Device)
            : mount.Source.StartsWith("/dev/", StringComparison.Ordinal) ? Path.Combine(folders.Sys, "class", "block", Path.GetFileName(mount.Source))
            : null;
        return link is not null && Resolve(link) is { } folder ? new Disk(Lowest(folder), mount) : null;
    }

    private static string? Resolve(string link)
    {
        try
        {
            return Directory.Exists(link) ? new DirectoryInfo(link).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? link : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>From a partition to its disk, and through encryption, volumes and RAID to the first disk below them.</summary>
    private static string Lowest(string folder)
    {
        for (var layer = 0; layer < MostLayers; layer++)
        {
            if (File.Exists(Path.Combine(folder, "partition")))
            {
                folder = Path.GetDirectoryName(folder)!;
            }

            var slaves = Path.Combine(folder, "slaves");
            if (!Directory.Exists(slaves) || Directory.EnumerateFileSystemEntries(slaves).Order(StringComparer.Ordinal).FirstOrDefault() is not { } first || Resolve(first) is not { } below)
            {
                break;
            }

            folder = below;
        }

        return folder;
    }

    private DiskKind KindOf()
    {
        if (Name.StartsWith("mmcblk", StringComparison.Ordinal))
        {
            return SystemFile.TryRead(Path.Combine(_folder, "device", "type")) == "MMC" ? DiskKind.Emmc : DiskKind.SdCard;
        }

        return !Name.StartsWith("sd", StringComparison.Ordinal) && !Name.StartsWith("nvme", StringComparison.Ordinal) ? DiskKind.Other
            : SystemFile.TryRead(Path.Combine(_folder, "queue", "rotational")) switch { "0" => DiskKind.Flash, "1" => DiskKind.Rotating, _ => DiskKind.Other };
    }

    private long? Statistics(int field)
    {
        var fields = SystemFile.TryRead(Path.Combine(_folder, "stat"))?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return field < fields.Length ? SystemFile.ParseNumber(fields[field]) : null;
    }
}
