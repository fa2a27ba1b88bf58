using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Roost.Storage.Files;

namespace Roost.Storage.Sqlite;

public sealed partial class SqliteStore
{
    /// <summary>Opens or makes the database, checks it, and brings its schema up to date.</summary>
    /// <exception cref="DllNotFoundException">SQLite is not installed.</exception>
    /// <exception cref="DatabaseCorruptException">The file is damaged, or no database. It stays as it is.</exception>
    /// <exception cref="DatabaseVersionException">A newer Roost wrote it.</exception>
    /// <exception cref="SqliteException">It cannot be read or written, or a migration failed (and was rolled back).</exception>
    public static SqliteStore Open(string path, SqliteStoreOptions options, ILogger logger, StorageMetrics? metrics = null)
    {
        if (options.MaxActionsPerTransaction < 1 || options.MaxQueuedActions < 1)
        {
            throw new ArgumentException($"MaxActionsPerTransaction is {options.MaxActionsPerTransaction}, MaxQueuedActions {options.MaxQueuedActions}; use 1 or more.", nameof(options));
        }

        SqliteLibrary.EnsureLoaded();
        path = System.IO.Path.GetFullPath(path);
        var folder = System.IO.Path.GetDirectoryName(path)!;
        DiskFile.CreateFolder(folder);
        SqliteConnection connection;
        try
        {
            connection = OpenSound(path, options.Durability);
        }
        catch (SqliteException exception) when (MayBeFull(exception) && DiskReserve.GiveUp(path))
        {
            connection = OpenSound(path, options.Durability);
        }

        try
        {
            SqliteMigrations.Apply(connection, path, options.Migrations);
            DiskFile.SyncFolder(folder); // SQLite syncs the folder for its journals, not for a new database
            if (options.KeepsReserve)
            {
                DiskReserve.Keep(path);
            }

            return new SqliteStore(path, options, logger, metrics, connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // Which call of a full disk it was decides what SQLite says.
    private static bool MayBeFull(SqliteException exception) =>
        exception.SqliteErrorCode is SQLitePCL.raw.SQLITE_FULL or SQLitePCL.raw.SQLITE_IOERR or SQLitePCL.raw.SQLITE_CANTOPEN;

    private static SqliteConnection OpenSound(string path, Durability durability)
    {
        try
        {
            var connection = SqliteConnections.OpenWriter(path, durability);
            var fault = SqliteConnections.Scalar(connection, "PRAGMA quick_check(1)") as string;
            if (fault != "ok")
            {
                connection.Dispose();
                throw new DatabaseCorruptException(path, fault ?? "the integrity check gave no answer");
            }

            return connection;
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB)
        {
            throw new DatabaseCorruptException(path, exception.Message, exception);
        }
    }
}
