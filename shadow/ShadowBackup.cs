using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Roost.Shadow.Backup;
using Roost.Shadow.Store;
using Roost.Shadow.Sync;
using Roost.Storage.Backups;
using Roost.Storage.Sqlite;

namespace Roost.Shadow;

/// <summary>The shadows in a backup: <c>shadows.db</c> with every change that was accepted before. The history is not part of it.</summary>
/// <param name="running">The shadows of the running daemon; null where it does not run, and the files are opened for the copy.</param>
public sealed class ShadowBackup(ShadowOptions options, TimeProvider clock, ILogger logger, ShadowService? running = null) : IBackupPart
{
    public string Name => "shadows";

    public string Folder => options.Folder;

    public int Format => ShadowTable.SchemaVersion;

    public bool IsOccupied => ShadowFiles.Exist(options.Folder);

    public async Task<string?> CopyAsync(string folder, CancellationToken cancellationToken)
    {
        var target = Path.Combine(folder, ShadowTable.FileName);
        if (running is not null)
        {
            await running.CopyTableAsync(target);
        }
        else
        {
            await using var store = await JournaledShadowStore.OpenAsync(options.Folder, options.History, options.Durability, clock, logger);
            await store.CopyTableAsync(target);
        }

        return await RemarkAsync(folder);
    }

    public async Task<string> StageAsync(string source, string staged, bool replay, CancellationToken cancellationToken)
    {
        var restore = new ShadowRestore(options, clock, logger);
        try
        {
            var damaged = await CountDamagedAsync(source);
            var restored = replay ? await restore.ReplayAsync(source, staged) : await restore.SetBackAsync(source, staged);
            ShadowFiles.CopyOthers(options.Folder, staged);
            await SyncTable.ForgetAsync(staged, restore.Changed, logger);
            return damaged == 0 ? restored : $"{restored}; {damaged} were damaged already in the backup, and are {(replay ? "still" : "left out")}";
        }
        catch (Exception exception) when (exception is DatabaseCorruptException or DatabaseVersionException or SqliteException)
        {
            throw new BackupException($"its part '{Name}' cannot be restored: {exception.Message}", exception);
        }
    }

    // The copy is looked at, and not what it was made from: what a restore will find is what counts.
    private async Task<string?> RemarkAsync(string folder) =>
        await CountDamagedAsync(folder) is > 0 and var damaged ? $"{damaged} shadows are damaged; 'roost shadow check' names them" : null;

    private async Task<int> CountDamagedAsync(string folder)
    {
        await using var table = ShadowTable.Open(folder, Storage.Durability.Memory, logger);
        return table.CountDamaged();
    }
}
