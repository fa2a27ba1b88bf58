using System.Globalization;
using Microsoft.Data.Sqlite;
using Roost.Storage.Backups;

namespace Roost.Gateway.Backups;

/// <summary>
/// Makes backups of all parts, by way of a folder beside the data. Copies are made one after the other; while one is sent the next can be made.
/// </summary>
internal sealed class BackupMaker(string dataFolder, IEnumerable<IBackupPart> parts, TimeProvider clock) : IDisposable
{
    /// <summary>Holds copies until they are packed; one that is found at a start was left behind by a crash.</summary>
    public const string FolderName = "backup.tmp";

    /// <summary>Each takes as much room as the data.</summary>
    public const int MostAtOnce = 3;

    private readonly SemaphoreSlim _copying = new(1);
    private readonly Lock _gate = new();
    private int _held;
    private int _begun;

    private string Folder => Path.Combine(dataFolder, FolderName);

    /// <param name="write">Gets the manifest and the folder with the copies, to write the archive from them.</param>
    /// <exception cref="BackupException">A copy cannot be made, or there are too many already.</exception>
    public async Task<BackupManifest> MakeAsync(Func<BackupManifest, string, Task> write, CancellationToken cancellationToken)
    {
        var folder = Hold();
        try
        {
            var manifest = await CopyAsync(folder, cancellationToken);
            await write(manifest, folder);
            return manifest;
        }
        finally
        {
            LetGo(folder);
        }
    }

    public void Dispose() => _copying.Dispose();

    private string Hold()
    {
        lock (_gate)
        {
            if (_held == MostAtOnce)
            {
                throw new BackupException($"{MostAtOnce} backups are being made or sent already; come back when one is through");
            }

            if (_held++ == 0)
            {
                Remove(Folder);
            }

            return Path.Combine(Folder, (++_begun).ToString(CultureInfo.InvariantCulture));
        }
    }

    private void LetGo(string folder)
    {
        lock (_gate)
        {
            Remove(--_held == 0 ? Folder : folder);
        }
    }

    private async Task<BackupManifest> CopyAsync(string folder, CancellationToken cancellationToken)
    {
        await _copying.WaitAsync(cancellationToken);
        try
        {
            return new BackupManifest(BackupManifest.NewestFormat, Daemon.Version, clock.GetUtcNow(), await CopyPartsAsync(folder, cancellationToken));
        }
        finally
        {
            _copying.Release();
        }
    }

    private async Task<List<BackupManifestPart>> CopyPartsAsync(string folder, CancellationToken cancellationToken)
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
