using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Roost.Storage.Files;

/// <summary>Makes whole folders durable: for what is made once, of many files, and then only read.</summary>
public static partial class FileSystemSync
{
    /// <summary>Waits until everything written to the file system of <paramref name="folder"/> is on the disk: one call for a folder of thousands of files, in place of one for each.</summary>
    /// <exception cref="IOException">The file system could not write; what was written is not to be relied upon.</exception>
    public static void All(string folder)
    {
        using var handle = DiskFile.OpenFolder(folder);
        if (syncfs(handle) != 0)
        {
            throw new IOException($"syncfs {folder} failed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
        }
    }

    /// <summary>Makes the creation, renaming and removal of entries in <paramref name="folder"/> durable.</summary>
    public static void Entries(string folder) => DiskFile.SyncFolder(folder);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int syncfs(SafeFileHandle file);
}
