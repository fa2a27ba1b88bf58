using Microsoft.Data.Sqlite;

namespace Roost.Storage.Sqlite;

/// <summary>How connections to our databases are set up.</summary>
internal static class SqliteConnections
{
    // Beside us only an operator's sqlite3 writes; this long its lock is waited for.
    private const int BusyMilliseconds = 5000;

    public static SqliteConnection OpenWriter(string path, Durability durability)
    {
        var synchronous = durability switch
        {
            Durability.PowerLoss => "FULL",
            Durability.Crash => "NORMAL",
            _ => "OFF",
        };
        return Open(path, $"PRAGMA busy_timeout = {BusyMilliseconds}; PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA foreign_keys = ON");
    }

    public static SqliteConnection OpenReader(string path) =>
        Open(path, $"PRAGMA busy_timeout = {BusyMilliseconds}; PRAGMA query_only = ON");

    /// <summary>For copying all of it; SQLite counts that as writing.</summary>
    public static SqliteConnection OpenCopier(string path) => Open(path, $"PRAGMA busy_timeout = {BusyMilliseconds}");

    public static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // our own constants
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    private static SqliteConnection Open(string path, string pragmas)
    {
        // Pooling would hand a connection with our pragmas to somebody else, and keep the file open after the store is disposed.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            Scalar(connection, pragmas);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
