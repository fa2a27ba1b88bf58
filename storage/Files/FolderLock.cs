using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Roost.Storage.Files;

/// <summary>Keeps a folder to one owner: an flock on its file <c>lock</c>, which the kernel lets go when the process ends, however it ends.</summary>
internal sealed partial class FolderLock : IDisposable
{
    private const string FileName = "lock";
    private const int ExclusiveNoWait = 2 | 4;   // LOCK_EX | LOCK_NB
    private const int Unlock = 8;   // LOCK_UN

    private readonly SafeFileHandle _file;

    private FolderLock(SafeFileHandle file) => _file = file;

    /// <exception cref="IOException">Another owner, in this process or another, holds the folder.</exception>
    public static FolderLock Take(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var file = DiskFile.OpenForLock(path);
        if (flock(file, ExclusiveNoWait) != 0)
        {
            var buffer = new byte[16];
            var owner = Encoding.ASCII.GetString(buffer, 0, DiskFile.Read(file, buffer, 0)).Trim();
            file.Dispose();
            throw new IOException($"Folder {folder} is in use by process {(owner.Length == 0 ? "(unknown)" : owner)}. Stop it, or use another folder.");
        }

        // For the message above only; the lock is the flock, so a stale number does no harm.
        RandomAccess.SetLength(file, 0);
        RandomAccess.Write(file, Encoding.ASCII.GetBytes(Environment.ProcessId + "\n"), 0);
        return new FolderLock(file);
    }

    public void Dispose()
    {
        if (!_file.IsClosed)
        {
            // Closing alone is not enough: a child that this process is just starting has a copy of the descriptor until its exec.
            _ = flock(_file, Unlock);
            _file.Dispose();
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(SafeFileHandle file, int operation);
}
