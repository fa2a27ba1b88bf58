namespace Roost.Storage.Devices;

/// <summary>What this process has caused to be written, by the kernel's account (/proc/self/io, proc_pid_io(5)).</summary>
public static class ProcessWrites
{
    /// <returns>Bytes of pages that were made dirty, less those that were given up before they were written; null where the kernel does not count.</returns>
    public static long? Read(SystemFolders folders)
    {
        long? written = null;
        long cancelled = 0;
        foreach (var line in (SystemFile.TryRead(Path.Combine(folders.Proc, "self", "io")) ?? "").Split('\n'))
        {
            if (line.Split(": ") is [var name, var value] && SystemFile.ParseNumber(value) is { } bytes)
            {
                written = name == "write_bytes" ? bytes : written;
                cancelled = name == "cancelled_write_bytes" ? bytes : cancelled;
            }
        }

        return written - cancelled;
    }
}
