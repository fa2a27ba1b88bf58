using Microsoft.Data.Sqlite;
using Roost.Storage.Files;
using Roost.Storage.Sqlite;

namespace Roost.Storage.Upgrades;

/// <summary>
/// The copies that are made before databases are changed: <c>backups/before-VERSION</c> in the data folder, with each file at its path. While an upgrade is under
/// way a mark beside them tells so, and the copies that were made for it stand, however often it is begun again.
/// </summary>
internal sealed class UpgradeCopies(string dataFolder, string version)
{
    public const string FolderName = "backups";

    private const string Prefix = "before-";
    private const string MarkName = "upgrade-under-way";
    private const string UnfinishedName = "unfinished";
    private const int Kept = 2;
    private const long Margin = 16L << 20; // for the write-ahead logs of the changes, and to leave something

    private readonly string _folder = System.IO.Path.Combine(dataFolder, FolderName);

    public string Path => System.IO.Path.Combine(_folder, Prefix + version);

    private string Mark => System.IO.Path.Combine(_folder, MarkName);

    private string Unfinished => System.IO.Path.Combine(_folder, UnfinishedName);

    /// <summary>Copies for an upgrade that was cut short.</summary>
    public bool AreMade => File.Exists(Mark) && Directory.Exists(Path);

    /// <summary>The newest copies of which <paramref name="databases"/> are ones that can be used; null where there are none.</summary>
    public string? Usable(IReadOnlyList<UpgradedDatabase> databases) =>
        All().FirstOrDefault(folder => databases.All(database => SchemaVersion.Of(PlaceIn(folder, database.Path)) <= database.Migrations.Count));

    /// <exception cref="UpgradeException">There is no room, or a database is damaged.</exception>
    /// <exception cref="SqliteException">A database cannot be copied.</exception>
    /// <exception cref="IOException">Nothing can be written there.</exception>
    public void Make(IReadOnlyList<UpgradedDatabase> databases)
    {
        DiskFile.CreateFolder(_folder);
        Remove(Unfinished);
        var needed = databases.Sum(database => SizeOf(database.Path)) * 2 + Margin; // once for the copies, once for what a change rewrites
        var free = new DriveInfo(_folder).AvailableFreeSpace;
        if (free < needed)
        {
            throw new UpgradeException(
                $"this version changes the form of what is kept, and makes copies before: {(needed >> 20) + 1} MiB are needed for both in {_folder}, and {free >> 20} MiB are free. Make room, or install the former version again; nothing was changed", mayPass: true);
        }

        foreach (var database in databases)
        {
            var copy = PlaceIn(Unfinished, database.Path);
            DiskFile.CreateFolder(System.IO.Path.GetDirectoryName(copy)!);
            try
            {
                Copy(database.Path, copy);
            }
            catch (SqliteException exception) when (DataUpgrade.IsDamage(exception))
            {
                throw DataUpgrade.Damaged(database.Path, exception);
            }
        }

        Remove(Path); // of an earlier upgrade to this version, after which the older one was installed again
        Directory.Move(Unfinished, Path);
        DiskFile.SyncFolder(_folder);
        File.WriteAllText(Mark, version);
        DiskFile.SyncFolder(_folder);
    }

    /// <summary>The upgrade is through, or there is none: older copies than the last two go.</summary>
    public void Finish()
    {
        if (!Directory.Exists(_folder))
        {
            return;
        }

        File.Delete(Mark);
        Remove(Unfinished);
        foreach (var old in All().Skip(Kept).ToList())
        {
            Remove(old);
        }

        DiskFile.SyncFolder(_folder);
    }

    /// <summary>Newest first; that of this version before all, as a clock that was wrong must not make it the oldest.</summary>
    private IEnumerable<string> All() => !Directory.Exists(_folder) ? [] :
        Directory.EnumerateDirectories(_folder, Prefix + "*").OrderByDescending(folder => folder == Path).ThenByDescending(Directory.GetLastWriteTimeUtc).ThenByDescending(folder => folder, StringComparer.Ordinal);

    private string PlaceIn(string folder, string path)
    {
        var relative = System.IO.Path.GetRelativePath(dataFolder, path);
        return System.IO.Path.Combine(folder, relative.StartsWith("..", StringComparison.Ordinal) ? System.IO.Path.Combine("elsewhere", path.TrimStart('/')) : relative);
    }

    private static void Copy(string path, string target)
    {
        using (var connection = SqliteConnections.OpenCopier(path))
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "VACUUM INTO $path";
            command.Parameters.AddWithValue("$path", target);
            command.ExecuteNonQuery();
        }

        using (var file = DiskFile.OpenWrite(target, FileMode.Open))
        {
            DiskFile.SyncData(file);
        }

        DiskFile.SyncFolder(System.IO.Path.GetDirectoryName(target)!);
    }

    private static long SizeOf(string path) => new[] { path, path + "-wal" }.Where(File.Exists).Sum(file => new FileInfo(file).Length);

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
