using Roost.Storage.Files;

namespace Roost.Storage.Backups;

/// <summary>A file that is there whole or not at all.</summary>
public static class BackupFile
{
    /// <summary>Writes beside <paramref name="path"/> under a temporary name, syncs, and puts it in its place; a link is followed.</summary>
    /// <param name="replace">An older file of that name is replaced then; else it is refused.</param>
    /// <exception cref="BackupException">There is no such folder, or none that this user may write into; something is there that is no file, or a file that is not to be replaced.</exception>
    public static async Task WriteAsync(string path, bool replace, Func<Stream, Task> write)
    {
        path = BackupTarget.Resolve(path, replace);
        var temporary = $"{path}.{Path.GetRandomFileName()}.tmp"; // a name that nobody can have put there before
        try
        {
            await using (var file = Open(temporary, path))
            {
                await write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: replace);
            DiskFile.SyncFolder(Path.GetDirectoryName(path)!);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static FileStream Open(string temporary, string path)
    {
        try
        {
            return new FileStream(temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new BackupException($"{path}: this user may not write into {Path.GetDirectoryName(path)}; choose another folder, or use sudo", exception);
        }
    }
}
