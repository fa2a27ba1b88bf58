using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Roost.Storage.Sqlite;

/// <summary>
/// One SQLite database (WAL). All writes go through one thread, which runs whatever is queued in one transaction and answers
/// after its COMMIT (group commit); reads run beside it on connections of their own, each on one snapshot.
/// </summary>
/// <remarks>All members may be called from any thread.</remarks>
public sealed partial class SqliteStore : IAsyncDisposable
{
    private const int PooledReaders = 8;

    private readonly SqliteStoreOptions _options;
    private readonly ILogger _logger;
    private readonly StorageMetrics? _metrics;
    private readonly WriteCount _count;
    private readonly ConcurrentBag<SqliteConnection> _readers = [];

    private SqliteStore(string path, SqliteStoreOptions options, ILogger logger, StorageMetrics? metrics, SqliteConnection writer)
    {
        Path = path;
        _options = options;
        _logger = logger;
        _metrics = metrics;
        _count = StorageMetrics.Counting(metrics, StorageKind.Database, System.IO.Path.GetFileNameWithoutExtension(path));
        _room = new SemaphoreSlim(options.MaxQueuedActions);
        _writer = new SqliteWriter(writer);
        _thread = new Thread(RunWriter) { IsBackground = true, Name = "sqlite " + System.IO.Path.GetFileNameWithoutExtension(path) };
        _thread.Start();
    }

    public string Path { get; }

    /// <summary>
    /// Runs <paramref name="work"/> on the writer's thread, in a transaction with others; completes after COMMIT, which is as durable as the
    /// options say. <paramref name="work"/> must neither begin nor end a transaction, nor wait for anything.
    /// </summary>
    /// <param name="ct">Ends the waiting for room; work that has not been begun is not done.</param>
    /// <returns>What <paramref name="work"/> returned. Faults with what it threw, and then only its own changes are rolled back.</returns>
    /// <exception cref="SqliteException">The whole transaction failed (disk full, for instance): nothing of it was stored.</exception>
    public async Task<T> WriteAsync<T>(Func<SqliteConnection, T> work, CancellationToken ct = default)
    {
        await _room.WaitAsync(ct);
        var action = new WriteAction<T>(work, ct);
        if (!TryEnqueue(action))
        {
            _room.Release(); // the next one who waits must learn it too
            throw new ObjectDisposedException(nameof(SqliteStore));
        }

        return await action.Task;
    }

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Action<SqliteConnection> work, CancellationToken ct = default) =>
        WriteAsync(
            connection =>
            {
                work(connection);
                return true;
            },
            ct);

    /// <summary>Runs <paramref name="work"/> on the caller's thread; all its statements see the same committed state, and cannot write.</summary>
    public T Read<T>(Func<SqliteConnection, T> work)
    {
        if (!_readers.TryTake(out var connection))
        {
            connection = SqliteConnections.OpenReader(Path);
        }

        try
        {
            T result;
            using (var snapshot = connection.BeginTransaction(deferred: true))
            {
                result = work(connection);
                snapshot.Commit();
            }

            Return(connection);
            return result;
        }
        catch
        {
            connection.Dispose(); // whatever state it is in
            throw;
        }
    }

    /// <summary>Does what is queued, then closes; the write-ahead log is copied into the database file.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            Monitor.Pulse(_gate);
        }

        await _ended.Task;
        while (_readers.TryTake(out var reader))
        {
            await reader.DisposeAsync();
        }

        _writer.Dispose(); // the last connection to close checkpoints
    }

    private void Return(SqliteConnection connection)
    {
        if (_disposed || _readers.Count >= PooledReaders)
        {
            connection.Dispose();
        }
        else
        {
            _readers.Add(connection);
        }
    }
}
