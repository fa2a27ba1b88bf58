using Roost.Streams.Export.Targets;

namespace Roost.Streams.Export.Files;

/// <summary>Tells whether the folder is the one that is meant, before each write into it: a stick that was pulled leaves an empty folder on the system's disk.</summary>
internal sealed class FolderWatch(ExportFileOptions options, Func<Mounts> mounts)
{
    private string? _device;

    /// <summary>Another stick is to be expected: each has its own files.</summary>
    private bool IsMountAsked => options.Mount != ExportFileOptions.NoMount && options.Mount != ExportFileOptions.AutomaticMount;

    /// <returns>Null: the folder is there, and the right one.</returns>
    /// <exception cref="IOException">The folder cannot be looked at, or made on a stick that is there.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public Delivery? Check()
    {
        var folder = options.Folder;
        if (options.Mount == ExportFileOptions.NoMount)
        {
            return Directory.Exists(folder) ? null : Missing(folder);
        }

        var now = mounts();
        if (IsMountAsked)
        {
            if (!now.IsMounted(options.Mount))
            {
                return Delivery.Unreachable($"Nothing is mounted at {options.Mount}. Records wait until it is.");
            }

            Directory.CreateDirectory(folder);
            return null;
        }

        if (!now.IsWhereItShouldBe(folder))
        {
            return Delivery.Unreachable($"Nothing is mounted for {folder}. Records wait until it is; if it is meant to be on the system's disk, set file.mount to none.");
        }

        if (!Directory.Exists(folder))
        {
            return Missing(folder);
        }

        var device = now.DeviceOf(folder);
        _device ??= device;
        return _device == device || now.IsMounted(folder)
            ? null
            : Delivery.Unreachable($"{folder} lies on another disk than before: what was mounted there is gone. Records wait until it is back; set file.mount to the mount point to change disks at will.");
    }

    private static Delivery Missing(string folder) =>
        Delivery.Unreachable($"{folder} is not there. Make it (mkdir), or mount what it is on; records wait until then.");
}
