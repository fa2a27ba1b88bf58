namespace Roost.Storage.Devices;

/// <summary>Where the machine swaps to (/proc/swaps, proc_swaps(5)).</summary>
/// <param name="Path">A partition or a file.</param>
public sealed record SwapFile(string Path, bool IsPartition, long UsedBytes)
{
    private const int KibiByte = 1024;

    /// <summary>All but those in compressed memory.</summary>
    public static IReadOnlyList<SwapFile> All(SystemFolders folders) =>
        [.. (SystemFile.TryRead(System.IO.Path.Combine(folders.Proc, "swaps")) ?? "").Split('\n').Skip(1).Select(Parse).OfType<SwapFile>().Where(swap => !swap.Path.StartsWith("/dev/zram", StringComparison.Ordinal))];

    public Disk? On(SystemFolders folders) => IsPartition ? Disk.OfDevice(Path, folders) : Disk.Of(Path, folders);

    private static SwapFile? Parse(string line)
    {
        // Filename   Type   Size   Used   Priority
        var fields = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return fields.Length >= 4 && SystemFile.ParseNumber(fields[3]) is { } used ? new SwapFile(fields[0], fields[1] == "partition", used * KibiByte) : null;
    }
}
