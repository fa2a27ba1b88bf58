using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Roost.Storage.Sqlite;

/// <summary>The writer's thread.</summary>
public sealed partial class SqliteStore
{
    private readonly object _gate = new();
    private readonly SemaphoreSlim _room;
    private readonly Thread _thread;
    private readonly SqliteWriter _writer;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by the gate.
    private readonly Queue<WriteAction> _queue = new();
    private volatile bool _disposed;

    private bool TryEnqueue(WriteAction action)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return false;
            }

            _queue.Enqueue(action);
            if (_queue.Count == 1)
            {
                Monitor.Pulse(_gate);
            }

            return true;
        }
    }

    private void RunWriter()
    {
        try
        {
            var batch = new List<WriteAction>();
            while (Take(batch))
            {
                Commit(batch);
            }
        }
        finally
        {
            _ended.SetResult();
        }
    }

    /// <summary>Waits for actions; false when the store is disposed and nothing is left to do.</summary>
    private bool Take(List<WriteAction> batch)
    {
        batch.Clear();
        lock (_gate)
        {
            while (_queue.Count == 0)
            {
                if (_disposed)
                {
                    return false;
                }

                Monitor.Wait(_gate);
            }

            while (batch.Count < _options.MaxActionsPerTransaction && _queue.TryDequeue(out var action))
            {
                batch.Add(action);
            }
        }

        _room.Release(batch.Count);
        return true;
    }

    private void Commit(List<WriteAction> batch)
    {
        try
        {
            _writer.Run(batch);
        }
        catch (SqliteException exception)
        {
            Log.TransactionFailed(_logger, Path, batch.Count, exception);
            batch.ForEach(action => action.Fail(exception));
            return;
        }

        _metrics?.Committed(batch.Count, System.IO.Path.GetFileNameWithoutExtension(Path));
        if (_writer.TakeWritten() is { Bytes: > 0 } written) // work that changed nothing writes nothing
        {
            _count.Committed(batch.Count);
            _count.Written(written.Bytes);
            _count.Synced(_options.Durability switch { Durability.PowerLoss => 1 + written.ExtraSyncs, Durability.Crash => written.ExtraSyncs, _ => 0 });
        }

        batch.ForEach(action => action.Complete());
    }
}
