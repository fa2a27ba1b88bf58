using Roost.Storage.Devices;

namespace Roost.Gateway.Disks;

/// <summary>What is written to the disk of the data folder, as of one moment. What is null is not known (yet).</summary>
/// <param name="Disk">Null: the data folder lies in memory or on the network, or the kernel does not tell.</param>
/// <param name="WrittenBytes">By everybody on the machine, since it started.</param>
/// <param name="DaemonBytes">By the daemon, since it started, as the kernel counts: in pages.</param>
/// <param name="HandedBytes">By the daemon's logs, databases and small files to the kernel.</param>
/// <param name="Syncs">Of the daemon.</param>
internal sealed record DiskReport(
    Disk? Disk, long? WrittenBytes, long? DaemonBytes, long HandedBytes, long Syncs, DailyRate? Machine, DailyRate? Daemon, DailyRate? SyncRate, CardLife? Life)
{
    /// <summary>Below it a ratio says nothing.</summary>
    private const long LeastForRatio = 1 << 20;

    /// <summary>Bytes that the kernel writes for each that it is handed: it writes whole pages, and what a file system notes besides.</summary>
    public double? Amplification => DaemonBytes is { } written && HandedBytes >= LeastForRatio ? written / (double)HandedBytes : null;
}
