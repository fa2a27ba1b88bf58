using Microsoft.Data.Sqlite;

namespace Roost.Storage.Sqlite;

/// <summary>Runs actions in one transaction. For the writer's thread.</summary>
internal sealed class SqliteWriter : IDisposable
{
    private const int CacheWrites = 9;           // SQLITE_DBSTATUS_CACHE_WRITE
    private const int FrameHeaderBytes = 24;     // of a page in the write-ahead log
    private const int LogHeaderBytes = 32;       // of the write-ahead log, written whenever it begins anew
    private const int SyncsPerCheckpoint = 2;    // of the log before, and of the database after

    private readonly SqliteConnection _connection;
    private readonly long _pageBytes;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _rollback;
    private readonly SqliteCommand _savepoint;
    private readonly SqliteCommand _release;
    private readonly SqliteCommand _rollbackToSavepoint;
    private ThreadWrites? _thread; // of the writer's thread, once it runs
    private SqliteWrites _written;

    public SqliteWriter(SqliteConnection connection)
    {
        _connection = connection;
        _pageBytes = SqliteConnections.Scalar(connection, "PRAGMA page_size") as long? ?? 4096;
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

            Commit();
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

    /// <summary>Since the last call, by transactions that were committed.</summary>
    public SqliteWrites TakeWritten()
    {
        var written = _written;
        _written = default;
        return written;
    }

    public void Dispose()
    {
        foreach (var command in (SqliteCommand[])[_begin, _commit, _rollback, _savepoint, _release, _rollbackToSavepoint])
        {
            command.Dispose();
        }

        _connection.Dispose();
        _thread?.Dispose();
    }

    /// <summary>
    /// SQLite tells which pages it puts into its log, and of a checkpoint, which its commit makes now and then, only how many frames of the log are done: of the same page there may be many, of
    /// which it copies one. What is written beyond the frames tells the rest.
    /// </summary>
    private void Commit()
    {
        _thread ??= new ThreadWrites();
        var spilled = TakeFrameBytes();
        var before = _thread.Bytes;
        _commit.ExecuteNonQuery();
        var (frames, after) = (TakeFrameBytes(), _thread.Bytes);
        var beyond = Math.Max(0, (after - before - frames) ?? 0);
        var syncs = (beyond >= _pageBytes ? SyncsPerCheckpoint : 0) + (beyond % _pageBytes == LogHeaderBytes ? 1 : 0);
        _written = new SqliteWrites(_written.Bytes + spilled + frames + beyond, _written.ExtraSyncs + syncs);
    }

    private long TakeFrameBytes() =>
        SQLitePCL.raw.sqlite3_db_status(_connection.Handle!, CacheWrites, out var pages, out _, resetFlg: 1) == SQLitePCL.raw.SQLITE_OK ? pages * (_pageBytes + FrameHeaderBytes) : 0;

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
