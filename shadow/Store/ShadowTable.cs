using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Roost.Shadow.Documents;
using Roost.Shadow.Integrity;
using Roost.Storage;
using Roost.Storage.Sqlite;
using SQLitePCL;

namespace Roost.Shadow.Store;

/// <summary>Shadows in <c>shadows.db</c>, one row each, and how much of the journal is in them; see docs/formats/shadow-store.md.</summary>
internal sealed class ShadowTable : IAsyncDisposable
{
    public const string FileName = "shadows.db";

    public const long MostVersion = 1L << 53; // no shadow lives to see it, and a client's double still counts beyond

    /// <summary>Scripts that were released never change; new ones are added behind them.</summary>
    public static IReadOnlyList<string> Migrations { get; } =
    [
        """
        CREATE TABLE shadows(
            thing TEXT NOT NULL,
            name TEXT NOT NULL,         -- '' is the classic shadow
            version INTEGER NOT NULL,
            updated INTEGER NOT NULL,   -- seconds since 1970
            state TEXT,                 -- JSON; NULL is a tombstone
            times BLOB,                 -- one for each leaf of state
            checksum INTEGER NOT NULL,
            PRIMARY KEY(thing, name)) STRICT;
        CREATE INDEX shadows_tombstones ON shadows(updated) WHERE state IS NULL;
        """,
        """
        CREATE TABLE journal(applied INTEGER NOT NULL) STRICT; -- one row: every change below this offset is in the table
        INSERT INTO journal VALUES(0);
        """,
    ];

    private readonly SqliteStore _store;
    private UpsertCommand? _upsert; // of the writer's connection; touched only by write actions, which run one at a time

    private ShadowTable(SqliteStore store) => _store = store;

    /// <param name="folder">Made when it is missing.</param>
    public static ShadowTable Open(string folder, Durability durability, ILogger logger, bool keepsReserve = false, StorageMetrics? metrics = null) => new(SqliteStore.Open(
        Path.Combine(folder, FileName), new SqliteStoreOptions { Durability = durability, Migrations = Migrations, KeepsReserve = keepsReserve }, logger, metrics));

    public ShadowRecord? Read(ShadowId id) => ReadRow(id) is { } row ? ShadowRowCodec.Decode(id, row) : null;

    public IReadOnlyList<string> ListNamed(string thing, string after, int limit) => _store.Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT name FROM shadows WHERE thing = $thing AND name > $after AND state IS NOT NULL ORDER BY name LIMIT $limit";
        command.Parameters.AddWithValue("$thing", thing);
        command.Parameters.AddWithValue("$after", after); // names beyond "" leave the classic shadow out
        command.Parameters.AddWithValue("$limit", limit);
        using var row = command.ExecuteReader();
        var names = new List<string>();
        while (row.Read())
        {
            names.Add(row.GetString(0));
        }

        return names;
    });

    public IReadOnlyList<ShadowSummary> ListThings(string after, int limit) => _store.Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            SELECT thing, name, version, updated FROM shadows
            WHERE state IS NOT NULL AND thing IN
                (SELECT DISTINCT thing FROM shadows WHERE thing > $after AND state IS NOT NULL ORDER BY thing LIMIT $limit)
            ORDER BY thing, name
            """;
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$limit", limit);
        using var row = command.ExecuteReader();
        var summaries = new List<ShadowSummary>();
        while (row.Read())
        {
            var name = row.GetString(1);
            if (ShadowId.TryCreate(row.GetString(0), name.Length == 0 ? null : name, out var id, out _)) // the key of a damaged row may be anything
            {
                summaries.Add(new ShadowSummary(id, row.GetInt64(2), DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(3))));
            }
        }

        return summaries;
    });

    /// <summary>The version of the schema, and of a backup's part.</summary>
    public static int SchemaVersion => Migrations.Count;

    /// <summary>The next rows after <paramref name="last"/>, by key, each compared with its checksum and read back.</summary>
    public IReadOnlyList<CheckedRow> CheckRows(StoredKey last, int limit) =>
        [.. ReadRows(last, limit).Select(row => new CheckedRow(row.Key, FaultOf(row.Key, row.Row)))];

    /// <summary>The next rows after <paramref name="last"/>, by key, as they lie there.</summary>
    public IReadOnlyList<(StoredKey Key, ShadowRow Row)> ReadRows(StoredKey last, int limit) => _store.Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT version, updated, state, times, checksum, thing, name FROM shadows WHERE (thing, name) > ($thing, $name) ORDER BY thing, name LIMIT $limit";
        command.Parameters.AddWithValue("$thing", last.Thing);
        command.Parameters.AddWithValue("$name", last.Name);
        command.Parameters.AddWithValue("$limit", limit);
        using var row = command.ExecuteReader();
        var rows = new List<(StoredKey Key, ShadowRow Row)>();
        while (row.Read())
        {
            rows.Add((new StoredKey(row.GetString(5), row.GetString(6)), RowOf(row)));
        }

        return rows;
    });

    /// <summary>Rows that are not what was written.</summary>
    public int CountDamaged()
    {
        const int Page = 512;
        var (damaged, last) = (0, StoredKey.First);
        while (CheckRows(last, Page) is { Count: > 0 } rows)
        {
            damaged += rows.Count(row => row.Fault is not null);
            last = rows[^1].Key;
        }

        return damaged;
    }

    /// <summary>All rows that are sound, by key.</summary>
    public IEnumerable<KeyValuePair<ShadowId, ShadowRecord>> ReadSound()
    {
        const int Page = 512;
        var last = StoredKey.First;
        while (ReadRows(last, Page) is { Count: > 0 } rows)
        {
            foreach (var (key, row) in rows)
            {
                if (FaultOf(key, row) is null && key.TryIdentify(out var id))
                {
                    yield return new(id, ShadowRowCodec.Decode(id, row));
                }
            }

            last = rows[^1].Key;
        }
    }

    /// <summary>Shadows whose rows are damaged, each with the version that stands there: perhaps not the right one, and 0 where it can be none.</summary>
    public IEnumerable<KeyValuePair<ShadowId, long>> ReadDamaged()
    {
        const int Page = 512;
        var last = StoredKey.First;
        while (ReadRows(last, Page) is { Count: > 0 } rows)
        {
            foreach (var (key, row) in rows)
            {
                if (FaultOf(key, row) is not null && key.TryIdentify(out var id))
                {
                    yield return new(id, row.Version is > 0 and <= MostVersion ? row.Version : 0);
                }
            }

            last = rows[^1].Key;
        }
    }

    public void CopyTo(string path) => _store.CopyTo(path);

    /// <summary>The row as it lies there, sound or not; null when there is none.</summary>
    public ShadowRow? ReadRow(ShadowId id) => _store.Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT version, updated, state, times, checksum FROM shadows WHERE thing = $thing AND name = $name";
        command.Parameters.AddWithValue("$thing", id.Thing);
        command.Parameters.AddWithValue("$name", id.Name);
        using var row = command.ExecuteReader();
        return row.Read() ? RowOf(row) : null;
    });

    /// <summary>The next rows by thing and name, tombstones left out. One snapshot each call.</summary>
    /// <param name="after">The last row known; null begins with the first thing not before <paramref name="from"/>.</param>
    /// <param name="below">Things from this one on are left out; null goes to the end.</param>
    public List<ScannedRow> ReadNext((string Thing, string Name)? after, string from, string? below, int limit) => _store.Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = NextRows(isFirst: after is null, isBounded: below is not null);
        command.Parameters.AddWithValue("$thing", after?.Thing ?? from);
        command.Parameters.AddWithValue("$name", after?.Name ?? "");
        if (below is not null)
        {
            command.Parameters.AddWithValue("$below", below);
        }

        command.Parameters.AddWithValue("$limit", limit);
        using var row = command.ExecuteReader();
        var columns = row.Handle!; // straight to the library: through the reader's own methods a fleet takes three times as long
        var rows = new List<ScannedRow>(limit);
        while (row.Read())
        {
            var name = raw.sqlite3_column_blob(columns, 1);
            rows.Add(new ScannedRow(
                Encoding.UTF8.GetString(raw.sqlite3_column_blob(columns, 0)), name.IsEmpty ? "" : Encoding.UTF8.GetString(name), new ShadowRow(
                raw.sqlite3_column_int64(columns, 2), raw.sqlite3_column_int64(columns, 3), raw.sqlite3_column_blob(columns, 4).ToArray(),
                raw.sqlite3_column_type(columns, 5) == raw.SQLITE_NULL ? null : raw.sqlite3_column_blob(columns, 5).ToArray(), unchecked((uint)raw.sqlite3_column_int64(columns, 6)))));
        }

        return rows;
    });

    /// <summary>Every change of the journal below this offset is in the rows.</summary>
    public long ReadApplied() => _store.Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT applied FROM journal";
        return (long)command.ExecuteScalar()!;
    });

    /// <summary>Keeps all of <paramref name="rows"/> and <paramref name="applied"/>, or nothing.</summary>
    public Task WriteAsync(IReadOnlyCollection<KeyValuePair<ShadowId, ShadowRow>> rows, long applied) => _store.WriteAsync(connection =>
    {
        if (_upsert?.Connection != connection)
        {
            _upsert?.Dispose();
            _upsert = new UpsertCommand(connection);
        }

        foreach (var (id, row) in rows)
        {
            _upsert.Execute(id, row);
        }

        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE journal SET applied = $applied";
        command.Parameters.AddWithValue("$applied", applied);
        return command.ExecuteNonQuery();
    });

    public Task<int> PurgeTombstonesAsync(long beforeSeconds) => _store.WriteAsync(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "DELETE FROM shadows WHERE state IS NULL AND updated <= $before";
        command.Parameters.AddWithValue("$before", beforeSeconds);
        return command.ExecuteNonQuery();
    });

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync(); // the writer has stopped: nobody touches the command any more
        _upsert?.Dispose();
    }

    /// <summary>The statement of <see cref="ReadNext"/>.</summary>
    /// <remarks>The end stands alone: behind an OR it ends no search of the key, which then goes on to the last row of the table.</remarks>
    internal static string NextRows(bool isFirst, bool isBounded) =>
        $"""
        SELECT thing, name, version, updated, state, times, checksum FROM shadows
        WHERE (thing, name) {(isFirst ? ">=" : ">")} ($thing, $name) {(isBounded ? "AND thing < $below" : "")} AND state IS NOT NULL
        ORDER BY thing, name LIMIT $limit
        """;

    private static ShadowRow RowOf(SqliteDataReader row) =>
        new(row.GetInt64(0), row.GetInt64(1), TextOrNull(row, 2), BlobOrNull(row, 3), unchecked((uint)row.GetInt64(4)));

    private static string? FaultOf(StoredKey key, ShadowRow row)
    {
        if (!key.TryIdentify(out var id))
        {
            return $"A row of shadows.db has the key '{key}', which names no shadow: delete it.";
        }

        try
        {
            _ = ShadowRowCodec.Decode(id, row);
            return null;
        }
        catch (CorruptShadowException exception)
        {
            return exception.Message;
        }
    }

    private static byte[]? TextOrNull(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : Encoding.UTF8.GetBytes(row.GetString(column));

    private static byte[]? BlobOrNull(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<byte[]>(column);
}
