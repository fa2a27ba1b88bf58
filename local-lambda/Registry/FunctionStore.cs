using System.Text.Json;
using Microsoft.Extensions.Logging;
using Roost.Storage.Sqlite;

namespace Roost.LocalLambda.Registry;

/// <summary>The functions' records in <c>functions.db</c>: one row, one document, one transaction a change. See docs/formats/function-registry.md.</summary>
internal sealed partial class FunctionStore : IAsyncDisposable
{
    private static readonly string[] s_migrations =
    [
        """
        CREATE TABLE function(
            name TEXT PRIMARY KEY,
            document BLOB NOT NULL              -- FunctionRecord as JSON
        ) STRICT, WITHOUT ROWID;
        """,
    ];

    private readonly SqliteStore _store;
    private readonly ILogger _logger;

    private FunctionStore(SqliteStore store, ILogger logger) => (_store, _logger) = (store, logger);

    /// <exception cref="DatabaseCorruptException">The file is damaged as a whole; it is left as it is.</exception>
    public static FunctionStore Open(string folder, ILogger logger) =>
        new(SqliteStore.Open(Path.Combine(folder, "functions.db"), new SqliteStoreOptions { Migrations = s_migrations, KeepsReserve = true }, logger), logger);

    /// <summary>Every record; one that cannot be read is reported, left as it is, and not among them.</summary>
    public IReadOnlyList<FunctionRecord> ReadAll() => _store.Read(connection =>
    {
        List<FunctionRecord> records = [];
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name, document FROM function";
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            try
            {
                records.Add(JsonSerializer.Deserialize((byte[])row[1], RegistryJson.FunctionRecord)!);
            }
            catch (JsonException exception)
            {
                LogUnreadable(row.GetString(0), exception.Message);
            }
        }

        return records;
    });

    /// <summary>Completes when the record is on the disk.</summary>
    public Task SaveAsync(FunctionRecord record)
    {
        var document = JsonSerializer.SerializeToUtf8Bytes(record, RegistryJson.FunctionRecord);
        return _store.WriteAsync(connection =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = "INSERT INTO function(name, document) VALUES($name, $document) ON CONFLICT(name) DO UPDATE SET document = excluded.document";
            command.Parameters.AddWithValue("$name", record.Name);
            command.Parameters.AddWithValue("$document", document);
            command.ExecuteNonQuery();
        });
    }

    public Task DeleteAsync(string name) => _store.WriteAsync(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "DELETE FROM function WHERE name = $name";
        command.Parameters.AddWithValue("$name", name);
        command.ExecuteNonQuery();
    });

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [LoggerMessage(3300, LogLevel.Error, "What is kept of function {Function} cannot be read and is left as it is: {Reason} The function does not run; deploy it again to replace it")]
    private partial void LogUnreadable(string function, string reason);
}
