using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Gateway.Configuration;
using Roost.Gateway.Hosting;
using Roost.Identity;
using Roost.Shadow;
using Roost.Storage.Backups;
using Roost.Storage.Logs;
using Roost.Storage.Sqlite;

namespace Roost.Gateway.Backups;

/// <summary><c>roostd --backup FILE</c> and <c>roostd --restore FILE</c>: on the data of a daemon that does not run.</summary>
internal static class OfflineBackup
{
    private const string ExtractedName = "restore.tmp";

    /// <exception cref="StartRefusedException">A daemon works on the data, or the backup cannot be made.</exception>
    public static async Task<string> MakeAsync(RoostConfiguration configuration, string file, bool force, ILogger logger)
    {
        RequireFolder(configuration.DataFolder, "");
        FileAccessMask.Set();
        try
        {
            BackupManifest? manifest = null;
            await BackupFile.WriteAsync(file, force, async target =>
            {
                using var owner = FolderOwner.ActAs(configuration.DataFolder); // the file is opened, and put in its place, by who has asked for it
                manifest = await CopyAsync(configuration, target, logger);
            });
            return Describe(file, manifest!);
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            throw new StartRefusedException($"no backup was made: {exception.Message}");
        }
    }

    /// <exception cref="StartRefusedException">A daemon works on the data, or the backup cannot be restored; nothing was replaced.</exception>
    public static async Task<string> RestoreAsync(RoostConfiguration configuration, string file, bool force, bool replay, ILogger logger)
    {
        if (!File.Exists(file))
        {
            throw new StartRefusedException($"{file} was not restored: there is no such file");
        }

        RequireFolder(configuration.DataFolder, ", or make it first, for the user that the daemon runs as: install -d -m 700 -o roost -g roost DIR");
        FileAccessMask.Set();
        try
        {
            await using var source = File.OpenRead(file); // by who has asked for it
            FolderOwner.Become(configuration.DataFolder);
            return await RestoreAsync(configuration, source, force, replay, logger);
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            throw new StartRefusedException($"{file} was not restored: {exception.Message}");
        }
    }

    /// <summary>Finishes a restore that was cut short after it was decided, and takes back what one left that was not. At every start, before anything is opened.</summary>
    /// <returns>True when a restore was finished.</returns>
    /// <exception cref="StartRefusedException">It cannot be finished now; nothing is lost.</exception>
    public static bool Tidy(RoostConfiguration configuration)
    {
        try
        {
            return Tidy(configuration, Parts(configuration, NullLogger.Instance));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or BackupException)
        {
            throw new StartRefusedException($"a restore was cut short and cannot be finished: {exception.Message.TrimEnd('.')}. Start again when that is put right");
        }
    }

    private static bool Tidy(RoostConfiguration configuration, IReadOnlyList<IBackupPart> parts)
    {
        var finished = FolderSwap.Finish(configuration.DataFolder, [.. parts.Select(part => part.Folder)]);
        Remove(Path.Combine(configuration.DataFolder, ExtractedName));
        Remove(Path.Combine(configuration.DataFolder, BackupMaker.FolderName));
        foreach (var part in parts)
        {
            Remove(FolderMove.StagedOf(part.Folder));
        }

        return finished;
    }

    private static async Task<BackupManifest> CopyAsync(RoostConfiguration configuration, Stream target, ILogger logger)
    {
        using var held = DataFolderLock.Take(configuration.DataFolder, isOffline: true);
        var parts = Parts(configuration, logger);
        Tidy(configuration, parts);
        parts = [.. parts.Where(part => part.IsOccupied)];
        if (parts.Count == 0)
        {
            throw new BackupException($"there is nothing to keep in {configuration.DataFolder}; name the right folder with --data");
        }

        using var maker = new BackupMaker(configuration.DataFolder, parts, TimeProvider.System);
        return await maker.MakeAsync((manifest, folder) => BackupArchive.WriteAsync(manifest, folder, target, CancellationToken.None), CancellationToken.None);
    }

    private static async Task<string> RestoreAsync(RoostConfiguration configuration, Stream source, bool force, bool replay, ILogger logger)
    {
        using var held = DataFolderLock.Take(configuration.DataFolder, isOffline: true);
        var parts = Parts(configuration, logger);
        try
        {
            Tidy(configuration, parts);
            if (parts.FirstOrDefault(part => part.IsOccupied) is { } occupied && !force)
            {
                throw new BackupException($"there are '{occupied.Name}' in {occupied.Folder} already; with --force they are set back to the backup, and what is there now is kept beside it");
            }

            return await RestoreAsync(configuration.DataFolder, source, parts, replay);
        }
        finally
        {
            Remove(Path.Combine(configuration.DataFolder, ExtractedName));
        }
    }

    private static async Task<string> RestoreAsync(string dataFolder, Stream source, IReadOnlyList<IBackupPart> parts, bool replay)
    {
        var extracted = Directory.CreateDirectory(Path.Combine(dataFolder, ExtractedName)).FullName;
        var manifest = await BackupArchive.ExtractAsync(source, extracted, CancellationToken.None);
        foreach (var unknown in manifest.Parts.Where(found => parts.All(part => part.Name != found.Name || part.Format < found.Format)))
        {
            throw new BackupException($"its part '{unknown.Name}' has format {unknown.Format}, which this Roost ({Daemon.Version}) does not know: restore it with Roost {manifest.Roost}, which wrote it, or a newer one");
        }

        var time = TimeProvider.System.GetUtcNow();
        var (lines, moves) = (new List<string>(), new List<FolderMove>());
        foreach (var part in parts.Where(part => manifest.Parts.Any(found => found.Name == part.Name)))
        {
            var move = FolderMove.Of(part.Folder, time);
            lines.Add($"restored {part.Name} of {manifest.Created.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}: {await part.StageAsync(Path.Combine(extracted, part.Name), move.Staged, replay, CancellationToken.None)}");
            if (Directory.Exists(move.Target))
            {
                lines.Add($"what was there is kept in {move.Aside}; remove it when you do not need it any more");
            }

            moves.Add(move);
        }

        FolderSwap.Commit(dataFolder, moves);
        return string.Join('\n', lines);
    }

    private static void RequireFolder(string folder, string remedy)
    {
        if (!Directory.Exists(folder))
        {
            throw new StartRefusedException($"the data folder {folder} is not there; name the right one with --data{remedy.Replace("DIR", folder, StringComparison.Ordinal)}");
        }
    }

    // A room that keeps a database adds its part here and in RoomServices.
    private static IReadOnlyList<IBackupPart> Parts(RoostConfiguration configuration, ILogger logger) =>
        [new ShadowBackup(configuration.Get<ShadowOptions>(), TimeProvider.System, logger), new IdentityBackup(configuration.Get<IdentityOptions>(), logger)];

    private static string Describe(string file, BackupManifest manifest)
    {
        var remarks = manifest.Parts.Where(part => part.Remark is not null).Select(part => $"; {part.Name}: {part.Remark}");
        return $"{file}: {string.Join(", ", manifest.Parts.Select(part => part.Name))}, {new FileInfo(file).Length} bytes{string.Concat(remarks)}";
    }

    private static bool IsExpected(Exception exception) =>
        exception is BackupException or IOException or UnauthorizedAccessException or DatabaseCorruptException or DatabaseVersionException or CorruptLogException or SqliteException;

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
