using Microsoft.Data.Sqlite;
using Roost.Storage.Sqlite;

namespace Roost.Storage.Upgrades;

/// <summary>
/// Looks at everything that is kept before any of it is opened: what a newer Roost wrote is refused, and databases of older ones are brought forward, after they were copied.
/// A process that ends in between leaves every database at some version, and the next one goes on. Logs need no change: their readers know all former forms.
/// </summary>
/// <param name="dataFolder">Absolute; nobody else works on it.</param>
/// <param name="version">Of this Roost.</param>
/// <param name="logFolders">Folders with logs in or below them.</param>
public sealed class DataUpgrade(string dataFolder, string version, IReadOnlyList<UpgradedDatabase> databases, IEnumerable<string> logFolders)
{
    private readonly UpgradeCopies _copies = new(dataFolder, version);

    /// <param name="say">Gets a line for the operator before each thing that may take long.</param>
    /// <exception cref="UpgradeException">It cannot be used as it is.</exception>
    public void Run(Action<string> say)
    {
        try
        {
            var found = databases.Select(database => (Database: database, Version: SchemaVersion.Of(database.Path))).Where(one => one.Version > 0).ToList();
            Refuse([
                .. found.Where(one => one.Version > one.Database.Migrations.Count).Select(one => (one.Database.Path, one.Version, Known: one.Database.Migrations.Count)),
                .. logFolders.SelectMany(LogFormats.FindNewer).Select(one => (one.Path, one.Version, Known: Logs.Segments.SegmentHeader.NewestVersion))]);
            var older = found.Where(one => one.Version < one.Database.Migrations.Count).ToList();
            if (older.Count > 0)
            {
                if (!_copies.AreMade)
                {
                    say($"version {version} changes the form of what is kept: copies of all databases as they are now are made in {_copies.Path}");
                    _copies.Make([.. found.Select(one => one.Database)]);
                }

                older.ForEach(one => Bring(one.Database, one.Version, say));
            }

            _copies.Finish();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SqliteException)
        {
            throw new UpgradeException(
                $"what is kept could not be brought forward to version {version}: {exception.Message.TrimEnd('.')}. What was begun goes on at the next start; look for a full or read-only disk", mayPass: true, exception);
        }
    }

    private void Refuse(IReadOnlyList<(string Path, int Version, int Known)> newer)
    {
        if (newer.Count == 0)
        {
            return;
        }

        var remedy = _copies.Usable(databases) is { } copies
            ? $"Install the newer version again, or go back to the copies from before that upgrade, which are in {copies} (docs/install.md)"
            : "Install the newer version again, or restore a backup from before that upgrade";
        throw new UpgradeException(
            $"{string.Join("; ", newer.Select(one => $"{one.Path} has version {one.Version} of its format, and this Roost, {version}, knows up to {one.Known}"))}: a newer Roost wrote it. {remedy}. Nothing was changed", mayPass: false);
    }

    private void Bring(UpgradedDatabase database, int from, Action<string> say)
    {
        say($"{database.Path} goes from version {from} of its form to {database.Migrations.Count}");
        try
        {
            using var connection = SqliteConnections.OpenWriter(database.Path, Durability.PowerLoss);
            SqliteMigrations.Apply(connection, database.Path, database.Migrations);
        }
        catch (SqliteException exception) when (IsDamage(exception))
        {
            throw Damaged(database.Path, exception);
        }
        catch (SqliteException exception)
        {
            throw new UpgradeException(
                $"{database.Path} could not be brought forward to version {version}: {exception.Message.TrimEnd('.')}. It is as it was before that step, and copies of all databases are in {_copies.Path}. "
                + "Make room if the disk is full; else install the former version again, and tell us", mayPass: true, exception);
        }
    }

    /// <summary>Trying again does not help then, unlike with a full disk.</summary>
    internal static bool IsDamage(SqliteException exception) => exception.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB;

    internal static UpgradeException Damaged(string path, SqliteException exception) => new(
        $"{path} is damaged, and could not be brought forward: {exception.Message.TrimEnd('.')}. It is as it was: restore it from a backup with the version that made it, or move it away to begin an empty one", mayPass: false, exception);
}
