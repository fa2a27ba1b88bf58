using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Roost.LocalLambda.Recovery;
using Roost.Storage;
using Roost.Storage.Sqlite;

namespace Roost.LocalLambda.Registry;

/// <summary>The functions' records in <c>functions.db</c>: one row, one document, one transaction a change. See docs/formats/function-registry.md.</summary>
internal sealed partial class FunctionStore : IAsyncDisposable
{
    public const string FileName = "functions.db";

    /// <summary>Scripts that were released never change; new ones are added behind them.</summary>
    public static IReadOnlyList<string> Migrations { get; } =
    [
        """
        CREATE TABLE function(
            name TEXT PRIMARY KEY,
            document BLOB NOT NULL              -- FunctionRecord as JSON
        ) STRICT, WITHOUT ROWID;
        """,
    ];

    /// <summary>What SQLite keeps beside the database, and last the database itself.</summary>
    private static readonly string[] s_files = ["-wal", "-shm", "-journal", ""];

    private readonly SqliteStore _store;
    private readonly ILogger _logger;

    private FunctionStore(SqliteStore store, ILogger logger) => (_store, _logger) = (store, logger);

    /// <summary>Opens or makes the database. One that is damaged as a whole is set aside, with the code that only it refers to, and an empty one takes its place.</summary>
    /// <exception cref="DatabaseVersionException">A newer Roost wrote it.</exception>
    /// <exception cref="SqliteException">It cannot be read or written.</exception>
    public static FunctionStore Open(string folder, string codeFolder, FoundDamage damage, ILogger logger, StorageMetrics? metrics = null)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            return new(OpenStore(path, logger, metrics), logger);
        }
        catch (DatabaseCorruptException exception)
        {
            var code = Directory.Exists(codeFolder) ? damage.SetAside(codeFolder) : null; // nothing refers to it now, so that it would be swept away
            var aside = damage.AsideOf(path);
            foreach (var suffix in s_files.Where(suffix => File.Exists(path + suffix)))
            {
                File.Move(path + suffix, aside + suffix);
            }

            damage.Tell($"The functions' database was damaged and begins anew ({exception.Reason}). Functions of the functions' folder are deployed again from it; what was made over the API (functions, versions, aliases, event source mappings, settings) is lost: "
                + $"make it again, or stop the daemon and put back functions.db and the folder code from a backup. The damaged file is kept as {aside}{(code is null ? "" : $", the code as {code}")}; remove both when nothing in them is needed");
            return new(OpenStore(path, logger, metrics), logger);
        }
    }

    private static SqliteStore OpenStore(string path, ILogger logger, StorageMetrics? metrics) => SqliteStore.Open(path, new SqliteStoreOptions { Migrations = Migrations, KeepsReserve = true }, logger, metrics);

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
