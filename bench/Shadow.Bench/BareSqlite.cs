using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Storage.Sqlite;

namespace Roost.Shadow.Bench;

/// <summary>The same rows written by SQLite with nothing around it: WAL, synchronous=FULL, one prepared upsert.</summary>
internal static class BareSqlite
{
    private const string Schema = "CREATE TABLE shadows(thing TEXT NOT NULL, name TEXT NOT NULL, state TEXT, PRIMARY KEY(thing, name)) STRICT";

    /// <returns>Upserts a second.</returns>
    public static double Run(string folder, int things, int perTransaction, TimeSpan window)
    {
        var file = Path.Combine(folder, $"bare-{Guid.NewGuid():N}.db");
        SqliteStore.Open(file, new SqliteStoreOptions { Migrations = [Schema] }, NullLogger.Instance).DisposeAsync().AsTask().Wait(); // loads the library
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
        using var upsert = connection.CreateCommand();
        upsert.CommandText = "INSERT INTO shadows VALUES($thing, '', $state) ON CONFLICT DO UPDATE SET state = excluded.state";
        var thing = upsert.Parameters.Add("$thing", SqliteType.Text);
        var state = upsert.Parameters.Add("$state", SqliteType.Text);

        var done = 0L;
        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < window)
        {
            using var transaction = perTransaction > 1 ? connection.BeginTransaction() : null;
            upsert.Transaction = transaction;
            for (var i = 0; i < perTransaction; i++, done++)
            {
                thing.Value = $"thing-{done % things}";
                state.Value = Telemetry.State(done);
                upsert.ExecuteNonQuery();
            }

            transaction?.Commit();
        }

        return done / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // a constant of this file
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
