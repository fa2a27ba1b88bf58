using Microsoft.Data.Sqlite;

namespace Roost.Storage.Sqlite;

/// <summary>Brings a schema up to date; <c>user_version</c> is the number of scripts done.</summary>
internal static class SqliteMigrations
{
    public static void Apply(SqliteConnection connection, string path, IReadOnlyList<string> scripts)
    {
        var done = (long)SqliteConnections.Scalar(connection, "PRAGMA user_version")!;
        if (done > scripts.Count)
        {
            throw new DatabaseVersionException(path, done, scripts.Count);
        }

        for (var script = (int)done; script < scripts.Count; script++)
        {
            using var transaction = connection.BeginTransaction();
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // a room's own script
            command.CommandText = $"{scripts[script]};\nPRAGMA user_version = {script + 1}";
#pragma warning restore CA2100
            command.ExecuteNonQuery();
            transaction.Commit();
        }
    }
}
