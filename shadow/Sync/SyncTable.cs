using System.Numerics;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Roost.Shadow.Documents;
using Roost.Storage;
using Roost.Storage.Sqlite;

namespace Roost.Shadow.Sync;

/// <summary>What was synced last, in <c>shadow-sync.db</c> beside the shadows; see docs/formats/shadow-sync.md.</summary>
internal sealed class SyncTable : IAsyncDisposable
{
    public const string FileName = "shadow-sync.db";

    /// <summary>Scripts that were released never change; new ones are added behind them.</summary>
    public static IReadOnlyList<string> Migrations { get; } =
    [
        """
        CREATE TABLE synced(
            thing TEXT NOT NULL,
            name TEXT NOT NULL,                 -- '' is the classic shadow
            base TEXT,                          -- JSON with desired and reported; NULL: neither side had it
            local_version INTEGER NOT NULL,
            cloud_version INTEGER NOT NULL,
            cloud_newest INTEGER NOT NULL,      -- newest time in the cloud's metadata, seconds since 1970
            checksum INTEGER NOT NULL,          -- CRC-32C of the columns before
            local_recreated INTEGER NOT NULL,
            cloud_recreated INTEGER NOT NULL,
            synced_at INTEGER,                  -- as all times below: milliseconds since 1970
            conflicts INTEGER NOT NULL,
            rebases INTEGER NOT NULL,
            last_conflicts TEXT,                -- JSON
            conflict_at INTEGER,
            error TEXT,
            error_at INTEGER,
            PRIMARY KEY(thing, name)) STRICT;
        """,
        """
        ALTER TABLE synced ADD COLUMN upstream TEXT;                    -- with whom; NULL: with nobody
        ALTER TABLE synced ADD COLUMN held INTEGER NOT NULL DEFAULT 0;  -- gone in the cloud, and somebody has to decide
        """,
    ];

    private const string Columns = "base, local_version, cloud_version, cloud_newest, checksum, local_recreated, cloud_recreated, synced_at, conflicts, rebases, last_conflicts, conflict_at, error, error_at, upstream, held";

    private readonly SqliteStore _store;
    private readonly ILogger _logger;

    private readonly string _upstream;

    private SyncTable(SqliteStore store, string upstream, ILogger logger)
    {
        _upstream = upstream;
        _store = store;
        _logger = logger;
    }

    /// <param name="upstream">With whom shadows are synced: what was synced with another counts as never synced.</param>
    /// <exception cref="DatabaseCorruptException">The file is damaged as a whole; it is left as it is.</exception>
    public static SyncTable Open(string folder, Durability durability, string upstream, ILogger logger, StorageMetrics? metrics = null) => new(
        SqliteStore.Open(Path.Combine(folder, FileName), new SqliteStoreOptions { Durability = durability, Migrations = Migrations }, logger, metrics), upstream, logger);

    /// <summary>Forgets in a folder that no daemon uses that shadows were synced: what a restore did to them is nothing that the cloud is to follow. A damaged file is removed.</summary>
    public static async Task ForgetAsync(string folder, IReadOnlyCollection<ShadowId> ids, ILogger logger)
    {
        var path = Path.Combine(folder, FileName);
        if (ids.Count == 0 || !File.Exists(path))
        {
            return;
        }

        try
        {
            await using var table = Open(folder, Durability.Crash, upstream: "", logger);
            await table.ForgetAsync(ids);
        }
        catch (Exception exception) when (exception is DatabaseCorruptException or SqliteException)
        {
            logger.NothingKept(path, exception); // to have the shadows back matters more
            File.Delete(path);
            File.Delete(path + "-wal");
            File.Delete(path + "-shm");
        }
    }

    /// <returns>Null for a shadow that never was synced. A damaged row is reported and taken for one without a base: then nothing gets lost, and only deletions are forgotten.</returns>
    public SyncRow? Read(ShadowId id) => _store.Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {Columns} FROM synced WHERE thing = $thing AND name = $name";
        command.Parameters.AddWithValue("$thing", id.Thing);
        command.Parameters.AddWithValue("$name", id.Name);
        using var row = command.ExecuteReader();
        return row.Read() ? Decode(id, row, first: 0) : null;
    });

    /// <summary>All rows; each is given away before the next is read.</summary>
    public void ReadAll(Action<ShadowId, SyncRow> each) => _store.Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT thing, name, {Columns} FROM synced";
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            var name = row.GetString(1);
            if (ShadowId.TryCreate(row.GetString(0), name.Length == 0 ? null : name, out var id, out _))
            {
                each(id, Decode(id, row, first: 2));
            }
        }

        return true;
    });

    public Task WriteAsync(ShadowId id, SyncRow row) => _store.WriteAsync(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"INSERT OR REPLACE INTO synced(thing, name, {Columns}) VALUES($thing, $name, $base, $lv, $cv, $cn, $sum, $lr, $cr, $at, $cs, $rb, $lc, $ca, $er, $ea, $up, $held)";
        var text = row.Last is { } last ? TextOf(last.State) : null;
        void Add(string parameter, object? value) => command.Parameters.AddWithValue(parameter, value ?? DBNull.Value);
        Add("$thing", id.Thing);
        Add("$name", id.Name);
        Add("$base", text);
        Add("$lv", row.Last?.LocalVersion ?? 0);
        Add("$cv", row.Last?.CloudVersion ?? 0);
        Add("$cn", row.Last?.CloudNewest ?? 0);
        Add("$sum", (long)Checksum(id, text, row.Last?.LocalVersion ?? 0, row.Last?.CloudVersion ?? 0, row.Last?.CloudNewest ?? 0));
        Add("$lr", row.LocalRecreated);
        Add("$cr", row.CloudRecreated);
        Add("$at", row.SyncedAt?.ToUnixTimeMilliseconds());
        Add("$cs", row.Conflicts);
        Add("$rb", row.Rebases);
        Add("$lc", row.LastConflicts.Count == 0 ? null : JsonSerializer.Serialize(row.LastConflicts));
        Add("$ca", row.ConflictAt?.ToUnixTimeMilliseconds());
        Add("$er", row.Error);
        Add("$ea", row.ErrorAt?.ToUnixTimeMilliseconds());
        Add("$up", _upstream);
        Add("$held", row.IsHeld);
        command.ExecuteNonQuery();
    });

    /// <summary>Notes why the last attempt failed, and nothing else.</summary>
    /// <param name="rebased">Refusals over the version since what is stored.</param>
    public Task WriteErrorAsync(ShadowId id, string error, DateTimeOffset at, int rebased) => _store.WriteAsync(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            INSERT INTO synced(thing, name, local_version, cloud_version, cloud_newest, checksum, local_recreated, cloud_recreated, conflicts, rebases, error, error_at)
            VALUES($thing, $name, 0, 0, 0, $sum, FALSE, FALSE, 0, $rebased, $error, $at)
            ON CONFLICT(thing, name) DO UPDATE SET error = excluded.error, error_at = excluded.error_at, rebases = rebases + excluded.rebases
            """;
        command.Parameters.AddWithValue("$thing", id.Thing);
        command.Parameters.AddWithValue("$name", id.Name);
        command.Parameters.AddWithValue("$sum", (long)Checksum(id, null, 0, 0, 0));
        command.Parameters.AddWithValue("$rebased", rebased);
        command.Parameters.AddWithValue("$error", error);
        command.Parameters.AddWithValue("$at", at.ToUnixTimeMilliseconds());
        command.ExecuteNonQuery();
    });

    /// <summary>Notes that the shadow here was deleted, whatever comes after it.</summary>
    public Task MarkDeletedHereAsync(ShadowId id) => _store.WriteAsync(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE synced SET local_recreated = TRUE WHERE thing = $thing AND name = $name";
        command.Parameters.AddWithValue("$thing", id.Thing);
        command.Parameters.AddWithValue("$name", id.Name);
        command.ExecuteNonQuery();
    });

    /// <summary>Notes that the cloud's shadows are gone, and that somebody has to decide. Not where that has been done meanwhile.</summary>
    public Task HoldAsync(IReadOnlyCollection<ShadowId> ids, DateTimeOffset at) => ChangeAsync(
        ids,
        "UPDATE synced SET held = TRUE, error = $error, error_at = $at WHERE thing = $thing AND name = $name AND upstream = $upstream AND NOT cloud_recreated",
        ("$error", SyncFailure.Held.Reason), ("$at", at.ToUnixTimeMilliseconds()), ("$upstream", _upstream));

    /// <summary>Notes that held shadows are gone because somebody deleted them.</summary>
    public Task AcceptDeletionsAsync(IReadOnlyCollection<ShadowId> ids) =>
        ChangeAsync(ids, "UPDATE synced SET held = FALSE, cloud_recreated = TRUE, error = NULL, error_at = NULL WHERE thing = $thing AND name = $name AND held");

    /// <summary>Forgets that shadows were synced: the next sync is as the first.</summary>
    public Task ForgetAsync(IReadOnlyCollection<ShadowId> ids) =>
        ChangeAsync(ids, "UPDATE synced SET upstream = NULL, held = FALSE, error = NULL, error_at = NULL WHERE thing = $thing AND name = $name");

    /// <summary>Forgets shadows that neither side had when they were synced last, before <paramref name="before"/>.</summary>
    public Task<int> ForgetAsync(DateTimeOffset before) => _store.WriteAsync(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "DELETE FROM synced WHERE base IS NULL AND coalesce(synced_at, error_at) < $before";
        command.Parameters.AddWithValue("$before", before.ToUnixTimeMilliseconds());
        return command.ExecuteNonQuery();
    });

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private Task<bool> ChangeAsync(IReadOnlyCollection<ShadowId> ids, string sql, params (string Name, object Value)[] values) => _store.WriteAsync(connection =>
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // ours, above
        command.CommandText = sql;
#pragma warning restore CA2100
        var (thing, name) = (command.Parameters.Add("$thing", SqliteType.Text), command.Parameters.Add("$name", SqliteType.Text));
        foreach (var value in values)
        {
            command.Parameters.AddWithValue(value.Name, value.Value);
        }

        foreach (var id in ids)
        {
            (thing.Value, name.Value) = (id.Thing, id.Name);
            command.ExecuteNonQuery();
        }

        return true;
    });

    private SyncRow Decode(ShadowId id, SqliteDataReader row, int first)
    {
        SyncBase? last = null;
        var text = row.IsDBNull(first) ? null : row.GetString(first);
        var (local, cloud, newest) = (row.GetInt64(first + 1), row.GetInt64(first + 2), row.GetInt64(first + 3));
        if (Checksum(id, text, local, cloud, newest) != unchecked((uint)row.GetInt64(first + 4)) || (text is not null && !TryRead(text, out last, local, cloud, newest)))
        {
            _logger.CorruptRow(id);
            return new SyncRow();
        }

        var isOurs = !row.IsDBNull(first + 14) && row.GetString(first + 14) == _upstream;
        return new SyncRow
        {
            Last = isOurs ? last : null,
            LocalRecreated = isOurs && row.GetBoolean(first + 5),
            CloudRecreated = isOurs && row.GetBoolean(first + 6),
            IsHeld = isOurs && row.GetBoolean(first + 15),
            SyncedAt = TimeOrNull(row, first + 7),
            Conflicts = row.GetInt64(first + 8),
            Rebases = row.GetInt64(first + 9),
            LastConflicts = row.IsDBNull(first + 10) ? [] : ConflictsOf(row.GetString(first + 10)),
            ConflictAt = TimeOrNull(row, first + 11),
            Error = row.IsDBNull(first + 12) ? null : row.GetString(first + 12),
            ErrorAt = TimeOrNull(row, first + 13),
        };
    }

    private static bool TryRead(string text, out SyncBase? last, long local, long cloud, long newest)
    {
        using var json = JsonDocument.Parse(text, ShadowDocumentReader.Nested);
        last = ShadowDocumentReader.TryReadState(json.RootElement, out var state) ? new SyncBase(state, local, cloud, newest) : null;
        return last is not null;
    }

    private static string TextOf(ShadowState state)
    {
        var writer = PayloadWriter.Begin();
        MessageWriter.Sections(writer, state.Desired, state.Reported, metadata: false);
        return Encoding.UTF8.GetString(writer.Take());
    }

    private static List<SyncConflict> ConflictsOf(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<List<SyncConflict>>(json) ?? [];
        }
        catch (JsonException)
        {
            return []; // they are for people only
        }
    }

    private static DateTimeOffset? TimeOrNull(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    private static uint Checksum(ShadowId id, string? text, long local, long cloud, long newest)
    {
        var crc = uint.MaxValue;
        foreach (var b in Encoding.UTF8.GetBytes($"{id.Thing}\n{id.Name}\n{local}\n{cloud}\n{newest}\n{(text is null ? "-" : "+")}{text}"))
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }
}
