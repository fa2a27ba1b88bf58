using Microsoft.Data.Sqlite;

namespace Roost.Storage.Sqlite;

/// <summary>Runs actions in one transaction. For the writer's thread.</summary>
internal sealed class SqliteWriter : IDisposable
{
    private const int CacheWrites = 9;           // SQLITE_DBSTATUS_CACHE_WRITE
    private const int FrameHeaderBytes = 24;     // of a page in the write-ahead log

    private readonly SqliteConnection _connection;
    private readonly long _frameBytes;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _rollback;
    private readonly SqliteCommand _savepoint;
    private readonly SqliteCommand _release;
    private readonly SqliteCommand _rollbackToSavepoint;

    public SqliteWriter(SqliteConnection connection)
    {
        _connection = connection;
        _frameBytes = (SqliteConnections.Scalar(connection, "PRAGMA page_size") as long? ?? 0) + FrameHeaderBytes;
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _rollback = Prepare("ROLLBACK");
        _savepoint = Prepare("SAVEPOINT action");
        _release = Prepare("RELEASE action");
        _rollbackToSavepoint = Prepare("ROLLBACK TO action");
    }

    // False once SQLite has rolled back by itself, as it does when the disk is full.
    private bool InTransaction => SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle!) == 0;

    /// <summary>Stores what all <paramref name="actions"/> do, but for those that throw.</summary>
    /// <exception cref="SqliteException">Nothing was stored.</exception>
    public void Run(List<WriteAction> actions)
    {
        _begin.ExecuteNonQuery();
        try
        {
            foreach (var action in actions)
            {
                Run(action);
            }

            _commit.ExecuteNonQuery();
        }
        catch
        {
            if (InTransaction)
            {
                _rollback.ExecuteNonQuery();
            }

            throw;
        }
    }

    /// <summary>Bytes written to the write-ahead log since the last call. What a checkpoint copies from there into the database is not among them.</summary>
    public long TakeWrittenBytes() =>
        SQLitePCL.raw.sqlite3_db_status(_connection.Handle!, CacheWrites, out var pages, out _, resetFlg: 1) == SQLitePCL.raw.SQLITE_OK ? pages * _frameBytes : 0;

    public void Dispose()
    {
        foreach (var command in (SqliteCommand[])[_begin, _commit, _rollback, _savepoint, _release, _rollbackToSavepoint])
        {
            command.Dispose();
        }

        _connection.Dispose();
    }

    private void Run(WriteAction action)
    {
        _savepoint.ExecuteNonQuery();
        var succeeded = action.TryRun(_connection);
        if (!InTransaction)
        {
            throw new SqliteException("The transaction was rolled back while one of its actions ran: the disk is full, or an action ended it.", SQLitePCL.raw.SQLITE_ABORT);
        }

        if (!succeeded)
        {
            _rollbackToSavepoint.ExecuteNonQuery();
        }

        _release.ExecuteNonQuery();
    }

    private SqliteCommand Prepare(string sql)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // the constants above
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Prepare();
        return command;
    }
}
