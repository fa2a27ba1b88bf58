using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Storage.Sqlite;

namespace Roost.Storage.Bench;

/// <summary>Documents of 300 bytes, put over and over by writers that each wait for the COMMIT.</summary>
internal static class SqliteUpsert
{
    private static readonly SqliteStoreOptions Options = new() { Migrations = ["CREATE TABLE document (name INTEGER PRIMARY KEY, body BLOB)"] };

    public static async Task<(long, TimeSpan)> RunAsync(string folder, int writers)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        await using var store = SqliteStore.Open(Path.Combine(folder, "bench.db"), Options, NullLogger.Instance);
        var began = TimeProvider.System.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(() => WriteAsync(store, writer, began))));
        return (counts.Sum(), TimeProvider.System.GetElapsedTime(began));
    }

    private static async Task<long> WriteAsync(SqliteStore store, int name, long began)
    {
        var body = new byte[300];
        long count = 0;
        for (; TimeProvider.System.GetElapsedTime(began) < LogAppend.Duration; count++)
        {
            BitConverter.TryWriteBytes(body, count); // SQLite writes nothing where nothing changes
            await store.WriteAsync(connection => Upsert(connection, name, body));
        }

        return count;
    }

    private static void Upsert(SqliteConnection connection, int name, byte[] body)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO document VALUES ($name, $body) ON CONFLICT (name) DO UPDATE SET body = excluded.body";
        command.Parameters.AddWithValue("$name", name);
        command.Parameters.AddWithValue("$body", body);
        command.ExecuteNonQuery();
    }
}
