using System.Globalization;
using Roost.Gateway.Doctor;
using Roost.Mqtt;
using Roost.Shadow;
using Roost.Storage;
using Roost.Storage.Devices;

namespace Roost.Gateway.Disks;

/// <summary>What wears the disk of the data folder, and what can be done. How much room it has is another check.</summary>
internal static class DiskFindings
{
    private const double LeastLifeDays = 365;

    /// <summary>One a second all day. Each makes a card write a block or more, however few bytes there are.</summary>
    private const double ManySyncsPerDay = 86_400;

    /// <summary>Records or changes in one commit: below it nothing is batched.</summary>
    private const double Batched = 1.5;

    private const long LeastCommits = 1000;
    private const int LastReserve = 3;

    public static IEnumerable<Finding> Of(DiskReport report, IReadOnlyList<StorageUse> uses, IReadOnlyList<SwapFile> swap, SdCardOptions options)
    {
        if (report.Disk is not { } disk)
        {
            return [new Finding("disk writes", FindingState.Unknown, "the data folder lies on no disk that the kernel tells of")];
        }

        return disk.IsCard ? [Writes(report, disk, options), .. Health(disk), .. Syncs(report, uses), .. Swap(swap), .. AccessTimes(disk)] : [Writes(report, disk, options)];
    }

    private static Finding Writes(DiskReport report, Disk disk, SdCardOptions options)
    {
        var found = $"{DiskText.Name(disk)}: {DiskText.PerDay(report.Machine)}"
            + (report.Daemon is { } own ? $", at most {DiskText.Bytes(Math.Min(own.PerDay, report.Machine?.PerDay ?? own.PerDay))} of it by the gateway" : "")
            + (report.Life is { } life ? $"; it bears that {DiskText.Life(life)}{(life.IsAssumed ? $", if it bears {CardLife.AssumedCycles:N0} times its size: set sd-card.endurance to what its maker says" : "")}" : "");
        if (report.Life is { Days: < LeastLifeDays })
        {
            return new Finding("disk writes", FindingState.Weak, found, $"a card for endurance, a larger one or an SSD; {Less(report)}");
        }

        return disk.IsCard && report.Machine is { } rate && rate.PerDay > options.WarnPerDayBytes
            ? new Finding("disk writes", FindingState.Weak, found, $"more than sd-card.warn-per-day ({DiskText.Bytes(options.WarnPerDayBytes!.Value)}): {Less(report)}")
            : new Finding("disk writes", report.Machine is null ? FindingState.Unknown : FindingState.Well, found);
    }

    /// <summary>Who writes decides what to do about it.</summary>
    private static string Less(DiskReport report) => report.Daemon is { } own && report.Machine is { } all && own.PerDay < all.PerDay / 2
        ? "most of it is written by other programs: 'sudo iotop -ao' names them; what may be lost at a power cut can live in memory (journald: Storage=volatile, /tmp and /var/log as tmpfs)"
        : "GET /api/v1/disk says which streams and databases write most; durability: crash for what may be lost at a power cut, fewer or smaller messages, and compression of streams make it less";

    private static IEnumerable<Finding> Health(Disk disk)
    {
        if (disk.Health is { } health)
        {
            var found = $"{disk.Name} says that {(health.UsedPercent is { } used ? used > 100 ? "all of its life is used" : $"{used - 10} to {used} % of its life are used" : "nothing of its life")}{Reserve(health.Reserve)}";
            yield return health is { Reserve: >= LastReserve } or { UsedPercent: > 100 } ? new Finding("disk life", FindingState.Fault, found, "replace it; 'roost backup' first")
                : health is { Reserve: 2 } or { UsedPercent: >= 90 } ? new Finding("disk life", FindingState.Weak, found, "replace it soon; 'roost backup' takes everything along")
                : new Finding("disk life", FindingState.Well, found);
        }
    }

    private static string Reserve(int? reserve) => reserve switch { 1 => ", and that its spare blocks are there", 2 => ", and that four fifths of its spare blocks are", 3 => ", and that its spare blocks are at their end", _ => "" };

    /// <summary>Many small writes, each of which waits for the card.</summary>
    private static IEnumerable<Finding> Syncs(DiskReport report, IReadOnlyList<StorageUse> uses)
    {
        if (report.SyncRate is { PerDay: > ManySyncsPerDay } rate
            && uses.MaxBy(use => use.Syncs) is { Commits: >= LeastCommits } most && most.Items < most.Commits * Batched)
        {
            var what = most.Kind switch { StorageKind.Log => "log", StorageKind.Database => "database", _ => "file" };
            yield return new Finding(
                "disk syncs", FindingState.Weak,
                string.Create(CultureInfo.InvariantCulture, $"the card is waited for {rate.PerDay / 86_400:0.0} times a second, mostly for the {what} '{most.Name}': {most.Items / (double)most.Commits:0.0} records each time"),
                $"{Gather(most)}let many come at once (batches of the publisher, or of HTTP appends), or set durability: crash where a power cut may cost the last seconds");
        }
    }

    /// <summary>What lets the records of this use wait for one another; only logs can.</summary>
    private static string Gather(StorageUse use) => use switch
    {
        { Kind: not StorageKind.Log } => "",
        { Name: MqttOptions.JournalName } => "set mqtt.gather: 100ms, which lets clients wait that much longer for PUBACK, ",
        { Name: ShadowOptions.JournalName } => "set shadows.gather: 100ms, which lets things wait that much longer for update/accepted, ",
        _ => "set stream-storage.gather: 100ms where it is a stream, ",
    };

    private static IEnumerable<Finding> Swap(IReadOnlyList<SwapFile> swap) => swap.Select(one => new Finding(
        "swap", FindingState.Weak, $"the machine swaps to {one.Path} on the card; {DiskText.Bytes(one.UsedBytes)} are used",
        "sudo apt install zram-tools swaps to compressed memory; 'sudo swapoff -a' and, on Raspberry Pi OS, 'sudo systemctl disable dphys-swapfile' end the other"));

    private static IEnumerable<Finding> AccessTimes(Disk disk)
    {
        if (disk.Mount is { } mount && !mount.Options.Contains("noatime"))
        {
            yield return new Finding(
                "mount", FindingState.Weak, $"{mount.Point} is mounted without noatime: reading a file may write to the card",
                $"add noatime to the options of its line in /etc/fstab, then 'sudo mount -o remount,noatime {mount.Point}'");
        }
    }
}
