using System.Globalization;
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
    private const string StagedSuffix = ".restored";

    /// <exception cref="StartRefusedException">A daemon works on the data, or the backup cannot be made.</exception>
    public static async Task<string> MakeAsync(RoostConfiguration configuration, string file, bool force, ILogger logger)
    {
        if (!Directory.Exists(configuration.DataFolder))
        {
            throw new StartRefusedException($"the data folder {configuration.DataFolder} is not there; name the right one with --data");
        }

        using var held = Hold(configuration);
        var parts = Parts(configuration, logger);
        try
        {
            Tidy(configuration, parts);
            parts = [.. parts.Where(part => part.IsOccupied)];
            if (parts.Count == 0)
            {
                throw new BackupException($"there is nothing to keep in {configuration.DataFolder}; name the right folder with --data");
            }

            using var maker = new BackupMaker(configuration.DataFolder, parts, TimeProvider.System);
            var manifest = await maker.MakeAsync(
                (manifest, folder) => BackupFile.WriteAsync(file, force, stream => BackupArchive.WriteAsync(manifest, folder, stream, CancellationToken.None)), CancellationToken.None);
            return Describe(file, manifest);
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            throw new StartRefusedException($"no backup was made: {exception.Message}");
        }
        finally
        {
            foreach (var part in parts.Where(part => Directory.Exists(part.Folder)))
            {
                Ownership.TakeFrom(configuration.DataFolder, part.Folder); // opening them may have made files
            }
        }
    }

    /// <exception cref="StartRefusedException">A daemon works on the data, or the backup cannot be restored; nothing was replaced.</exception>
    public static async Task<string> RestoreAsync(RoostConfiguration configuration, string file, bool force, bool replay, ILogger logger)
    {
        if (!File.Exists(file))
        {
            throw new StartRefusedException($"{file} was not restored: there is no such file"); // before a folder is made for it
        }

        using var held = Hold(configuration);
        var parts = Parts(configuration, logger);
        try
        {
            Tidy(configuration, parts);
            if (parts.FirstOrDefault(part => part.IsOccupied) is { } occupied && !force)
            {
                throw new BackupException($"there are '{occupied.Name}' in {occupied.Folder} already; with --force they are set back to the backup, and what is there now is kept beside it");
            }

            return await RestoreAsync(configuration.DataFolder, file, parts, replay);
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            throw new StartRefusedException($"{file} was not restored: {exception.Message}");
        }
        finally
        {
            Remove(Path.Combine(configuration.DataFolder, ExtractedName));
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
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"a restore was cut short and cannot be finished: {exception.Message} Start again when that is put right");
        }
    }

    private static bool Tidy(RoostConfiguration configuration, IReadOnlyList<IBackupPart> parts)
    {
        var finished = FolderSwap.Finish(configuration.DataFolder);
        Remove(Path.Combine(configuration.DataFolder, ExtractedName));
        Remove(Path.Combine(configuration.DataFolder, BackupMaker.FolderName));
        foreach (var part in parts)
        {
            Remove(part.Folder + StagedSuffix);
        }

        return finished;
    }

    private static async Task<string> RestoreAsync(string dataFolder, string file, IReadOnlyList<IBackupPart> parts, bool replay)
    {
        var extracted = Directory.CreateDirectory(Path.Combine(dataFolder, ExtractedName)).FullName;
        BackupManifest manifest;
        await using (var source = File.OpenRead(file))
        {
            manifest = await BackupArchive.ExtractAsync(source, extracted, CancellationToken.None);
        }

        foreach (var unknown in manifest.Parts.Where(found => parts.All(part => part.Name != found.Name || part.Format < found.Format)))
        {
            throw new BackupException($"its part '{unknown.Name}' has format {unknown.Format}, which this Roost ({Daemon.Version}) does not know: restore it with Roost {manifest.Roost}, which wrote it, or a newer one");
        }

        var time = TimeProvider.System.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var (lines, moves) = (new List<string>(), new List<FolderMove>());
        foreach (var part in parts.Where(part => manifest.Parts.Any(found => found.Name == part.Name)))
        {
            var move = new FolderMove(part.Folder, part.Folder + StagedSuffix, $"{part.Folder}.replaced-{time}");
            lines.Add($"restored {part.Name} of {manifest.Created.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}: {await part.StageAsync(Path.Combine(extracted, part.Name), move.Staged, replay, CancellationToken.None)}");
            Ownership.TakeFrom(Directory.Exists(move.Target) ? move.Target : dataFolder, move.Staged);
            if (Directory.Exists(move.Target))
            {
                lines.Add($"what was there is kept in {move.Aside}; remove it when you do not need it any more");
            }

            moves.Add(move);
        }

        FolderSwap.Commit(dataFolder, moves);
        return string.Join('\n', lines);
    }

    // A room that keeps a database adds its part here and in RoomServices.
    private static IReadOnlyList<IBackupPart> Parts(RoostConfiguration configuration, ILogger logger) =>
        [new ShadowBackup(configuration.Get<ShadowOptions>(), TimeProvider.System, logger), new IdentityBackup(configuration.Get<IdentityOptions>(), logger)];

    private static DataFolderLock Hold(RoostConfiguration configuration)
    {
        FileAccessMask.Set();
        var held = DataFolderLock.Take(configuration.DataFolder);
        Ownership.TakeFrom(configuration.DataFolder, Path.Combine(configuration.DataFolder, DataFolderLock.FileName));
        return held;
    }

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
