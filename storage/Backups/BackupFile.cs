using Roost.Storage.Files;

namespace Roost.Storage.Backups;

/// <summary>A file that is there whole or not at all.</summary>
public static class BackupFile
{
    /// <summary>Writes beside <paramref name="path"/> under a temporary name, syncs, and puts it in its place; an older file of that name is replaced only then.</summary>
    public static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        path = Path.GetFullPath(path);
        var temporary = $"{path}.{Path.GetRandomFileName()}.tmp"; // a name that nobody can have put there before
        try
        {
            await using (var file = new FileStream(temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                await write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            DiskFile.SyncFolder(Path.GetDirectoryName(path)!);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
