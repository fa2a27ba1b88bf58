using System.Formats.Tar;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Roost.Cli.Daemon;

/// <summary>A backup on its way into a file, which is there whole and checked, or not at all.</summary>
internal static partial class BackupDownload
{
    private const int ReadOnlyCloseOnExec = 0x80000;

    /// <summary>Writes beside <paramref name="path"/> under a temporary name, checks every file of it, syncs, and renames.</summary>
    /// <returns>Its size in bytes.</returns>
    /// <exception cref="DaemonException">It did not come whole, or cannot be written.</exception>
    public static async Task<long> SaveAsync(Stream backup, string path, CancellationToken cancellationToken)
    {
        var temporary = $"{path}.{Path.GetRandomFileName()}.tmp"; // a name that nobody can have put there before
        try
        {
            await using (var file = new FileStream(temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                await backup.CopyToAsync(file, cancellationToken);
                file.Position = 0;
                await ThrowUnlessWholeAsync(file, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return new FileInfo(path).Length;
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new DaemonException($"backup to {path}: {exception.Message.TrimEnd('.')}; nothing was left behind", exception);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>The last file of a backup has the SHA-256 of all others.</summary>
    private static async Task ThrowUnlessWholeAsync(Stream file, CancellationToken cancellationToken)
    {
        await using var tar = new TarReader(file, leaveOpen: true);
        var sums = new List<string>();
        while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            var content = entry.DataStream ?? Stream.Null;
            if (entry.Name == "SHA256SUMS")
            {
                using var reader = new StreamReader(content);
                if ((await reader.ReadToEndAsync(cancellationToken)).TrimEnd('\n') == string.Join('\n', sums))
                {
                    return;
                }

                break;
            }

            sums.Add($"{Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken))}  {entry.Name}");
        }

        throw new InvalidDataException("it did not come whole");
    }

    /// <summary>Makes the new name durable.</summary>
    private static void SyncFolder(string folder)
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
