using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Roost.Cli.Output;

/// <summary>Makes names durable.</summary>
internal static partial class FolderSync
{
    private const int ReadOnlyCloseOnExec = 0x80000;

    /// <exception cref="IOException">The disk refused.</exception>
    public static void Sync(string folder)
    {
        using var handle = new SafeFileHandle(open(folder, ReadOnlyCloseOnExec), ownsHandle: true);
        if (handle.IsInvalid || fsync(handle) != 0)
        {
            throw new IOException($"{folder} could not be synced: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(SafeFileHandle file);
}
