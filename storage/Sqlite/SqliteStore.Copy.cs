using Microsoft.Data.Sqlite;

namespace Roost.Storage.Sqlite;

public sealed partial class SqliteStore
{
    /// <summary>
    /// Writes the database as it is at one moment to <paramref name="path"/>, compact and without a write-ahead log; writers and readers go on meanwhile.
    /// Takes as much room as the database, and is not synced.
    /// </summary>
    /// <param name="path">Of a file that is not there yet.</param>
    /// <exception cref="SqliteException">It cannot be written, a full disk for instance, or the database is damaged.</exception>
    public void CopyTo(string path)
    {
        using var connection = SqliteConnections.OpenCopier(Path);
        using var command = connection.CreateCommand();
        command.CommandText = "VACUUM INTO $path";
        command.Parameters.AddWithValue("$path", path);
        command.ExecuteNonQuery();
    }
}
