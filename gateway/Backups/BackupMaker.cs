using Microsoft.Data.Sqlite;
using Roost.Storage.Backups;

namespace Roost.Gateway.Backups;

/// <summary>Makes one backup at a time of all parts, by way of a folder beside the data.</summary>
internal sealed class BackupMaker(string dataFolder, IEnumerable<IBackupPart> parts, TimeProvider clock) : IDisposable
{
    /// <summary>Holds copies while they are packed; one that is found at a start was left behind by a crash.</summary>
    public const string FolderName = "backup.tmp";

    private readonly SemaphoreSlim _one = new(1);

    /// <param name="write">Gets the manifest and the folder with the copies, to write the archive from them.</param>
    /// <exception cref="BackupException">A copy cannot be made.</exception>
    public async Task<BackupManifest> MakeAsync(Func<BackupManifest, string, Task> write, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        var folder = Path.Combine(dataFolder, FolderName);
        try
        {
            Remove(folder);
            var manifest = new BackupManifest(BackupManifest.NewestFormat, Daemon.Version, clock.GetUtcNow(), await CopyAsync(folder, cancellationToken));
            await write(manifest, folder);
            return manifest;
        }
        finally
        {
            Remove(folder);
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<List<BackupManifestPart>> CopyAsync(string folder, CancellationToken cancellationToken)
    {
        var copied = new List<BackupManifestPart>();
        foreach (var part in parts)
        {
            var target = Path.Combine(folder, part.Name);
            try
            {
                Directory.CreateDirectory(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                copied.Add(new BackupManifestPart(part.Name, part.Format, await part.CopyAsync(target, cancellationToken)));
            }
            catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
            {
                throw new BackupException(
                    $"the copy of '{part.Name}' in {folder} failed: {exception.Message.TrimEnd('.')}. It needs as much room there as the data themselves; nothing was changed", exception);
            }
        }

        return copied;
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
