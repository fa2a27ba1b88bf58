using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Roost.Storage.Files;

/// <summary>The few calls on files that .NET lacks: fdatasync, and fsync of a folder.</summary>
/// <remarks>Writes go through <see cref="RandomAccess"/>, which goes on after a short write and after EINTR.</remarks>
internal static partial class DiskFile
{
    private const int Interrupted = 4;           // EINTR
    private const int NoSpace = 28;              // ENOSPC
    private const int FileTooBig = 27;           // EFBIG: the file system's or the process's limit
    private const int QuotaExceeded = 122;       // EDQUOT
    private const int DontNeed = 4;              // POSIX_FADV_DONTNEED
    private const int ReadOnly = 0;              // these four are the same on x64 and arm64
    private const int ReadWrite = 2;
    private const int Create = 0x40;
    private const int CloseOnExec = 0x80000;
    private const int OwnerAndGroup = 0x1A0;     // rw-r-----

    /// <summary>Opens for writing and, through other handles, for reading. No advisory lock: the folder has one.</summary>
    public static SafeFileHandle OpenWrite(string path, FileMode mode) =>
        File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    /// <exception cref="FileNotFoundException">The file is gone, as a trimmed segment is.</exception>
    public static SafeFileHandle OpenRead(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Waits until the file's data, and as much of its metadata as reading it back needs, is on the disk.</summary>
    /// <exception cref="IOException">The kernel has dropped the pages that it could not write: calling again would report success for lost data.</exception>
    public static void SyncData(SafeFileHandle file)
    {
        while (fdatasync(file) != 0)
        {
            ThrowUnlessInterrupted("fdatasync");
        }
    }

    /// <summary>Makes the creation, renaming and removal of entries in <paramref name="folder"/> durable.</summary>
    public static void SyncFolder(string folder)
    {
        using var handle = OpenFolder(folder);
        while (fsync(handle) != 0)
        {
            ThrowUnlessInterrupted("fsync " + folder);
        }
    }

    public static SafeFileHandle OpenFolder(string folder) => Open(folder, ReadOnly | CloseOnExec);

    /// <summary>Creates <paramref name="folder"/> and those above it, each entry synced in its parent.</summary>
    public static void CreateFolder(string folder)
    {
        var path = Path.GetFullPath(folder);
        if (Directory.Exists(path))
        {
            return;
        }

        var parent = Path.GetDirectoryName(path)!; // not null: the root exists
        CreateFolder(parent);
        Directory.CreateDirectory(path);
        SyncFolder(parent);
    }

    /// <summary>Reads until <paramref name="buffer"/> is full or the file ends.</summary>
    public static int Read(SafeFileHandle file, Span<byte> buffer, long position)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            var read = RandomAccess.Read(file, buffer[total..], position + total);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }

    /// <summary>Advice only: clean pages of the file leave the memory.</summary>
    public static void ForgetCached(SafeFileHandle file) => _ = posix_fadvise(file, 0, 0, DontNeed);

    /// <summary>Gives a file a second name in the same folder or file system.</summary>
    /// <exception cref="IOException">The name is taken, or the file system has no such names.</exception>
    public static void Link(string path, string other)
    {
        if (link(path, other) != 0)
        {
            ThrowUnlessInterrupted($"link {path} to {other}");
        }
    }

    /// <summary>No room on the device, for the user, or in the file; .NET puts errno into <see cref="Exception.HResult"/>.</summary>
    public static bool IsFull(IOException exception) => exception.HResult is NoSpace or QuotaExceeded or FileTooBig;

    /// <summary>Opens or makes a file without the advisory lock that .NET takes on what it opens.</summary>
    public static SafeFileHandle OpenForLock(string path) => Open(path, ReadWrite | Create | CloseOnExec);

    private static SafeFileHandle Open(string path, int flags)
    {
        var handle = new SafeFileHandle(open(path, flags, OwnerAndGroup), ownsHandle: true);
        return handle.IsInvalid
            ? throw new IOException($"Cannot open {path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.")
            : handle;
    }

    private static void ThrowUnlessInterrupted(string call)
    {
        var error = Marshal.GetLastPInvokeError();
        if (error != Interrupted)
        {
            // Without errno in HResult: a sync that fails for want of space is no "try again later", unlike a write.
            throw new IOException($"{call} failed: {Marshal.GetPInvokeErrorMessage(error)}.");
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fdatasync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(SafeFileHandle file);

    [LibraryImport("libc")]
    private static partial int posix_fadvise(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string path, string other);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);
}
