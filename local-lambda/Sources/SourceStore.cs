using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Roost.Storage;
using Roost.Storage.Sqlite;

namespace Roost.LocalLambda.Sources;

/// <summary>How far sources have come, in <c>sources.db</c>: see docs/formats/function-sources.md. The file is made when the first source needs it.</summary>
internal sealed class SourceStore(string folder, ILogger logger, StorageMetrics? metrics = null) : IAsyncDisposable
{
    public const string FileName = "sources.db";

    /// <summary>Scripts that were released never change; new ones are added behind them.</summary>
    public static IReadOnlyList<string> Migrations { get; } =
    [
        """
        CREATE TABLE schedules(
            rule TEXT PRIMARY KEY,
            expression TEXT NOT NULL,   -- with its zone: another one begins anew
            anchor INTEGER NOT NULL,    -- when it was first seen, milliseconds since 1970
            last INTEGER NOT NULL       -- the last time that was done, or passed over
        ) STRICT;
        CREATE TABLE checkpoints(
            mapping TEXT NOT NULL,
            partition INTEGER NOT NULL,
            partitions INTEGER NOT NULL,
            next INTEGER NOT NULL,      -- all records of the partition below this offset are done
            PRIMARY KEY(mapping, partition)) STRICT;
        """,

        // Which of all streams of its name: empty for those from before streams could be deleted.
        "ALTER TABLE checkpoints ADD COLUMN stream TEXT NOT NULL DEFAULT ''",
    ];

    private readonly Lazy<SqliteStore> _store = new(() => SqliteStore.Open(Path.Combine(folder, FileName), new SqliteStoreOptions { Migrations = Migrations }, logger, metrics));

    /// <returns>All rows.</returns>
    public IReadOnlyList<T> Read<T>(string query, Func<SqliteDataReader, T> take, params (string Name, object Value)[] values) => _store.Value.Read(connection =>
    {
        using var command = Command(connection, query, values);
        using var row = command.ExecuteReader();
        var rows = new List<T>();
        while (row.Read())
        {
            rows.Add(take(row));
        }

        return rows;
    });

    /// <returns>Completes when the change is durable.</returns>
    /// <exception cref="SqliteException">The disk refused it.</exception>
    public Task WriteAsync(string statement, params (string Name, object Value)[] values) => _store.Value.WriteAsync(connection =>
    {
        using var command = Command(connection, statement, values);
        command.ExecuteNonQuery();
    });

    public async ValueTask DisposeAsync()
    {
        if (_store.IsValueCreated)
        {
            await _store.Value.DisposeAsync();
        }
    }

    private static SqliteCommand Command(SqliteConnection connection, string text, (string Name, object Value)[] values)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // statements of this folder; values are parameters
        command.CommandText = text;
#pragma warning restore CA2100
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }
}
