using Microsoft.Data.Sqlite;

namespace Roost.Storage.Sqlite;

/// <summary>One queued write and its answer.</summary>
internal abstract class WriteAction
{
    /// <summary>Does the work, unless it was cancelled. What it throws is kept for <see cref="Complete"/>; false tells the writer to roll it back.</summary>
    public abstract bool TryRun(SqliteConnection connection);

    /// <summary>Answers with the result, or with what the work threw. After COMMIT only.</summary>
    public abstract void Complete();

    /// <summary>The transaction was not committed.</summary>
    public abstract void Fail(Exception exception);
}

internal sealed class WriteAction<T>(Func<SqliteConnection, T> work, CancellationToken ct) : WriteAction
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;
    private Exception? _fault;

    public Task<T> Task => _done.Task;

    public override bool TryRun(SqliteConnection connection)
    {
        try
        {
            ct.ThrowIfCancellationRequested();
            _result = work(connection);
            return true;
        }
#pragma warning disable CA1031 // the caller's work, the caller's exception: it is handed back
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _fault = exception;
            return false;
        }
    }

    public override void Complete()
    {
        if (_fault is null)
        {
            _done.SetResult(_result!);
        }
        else if (_fault is OperationCanceledException && ct.IsCancellationRequested)
        {
            _done.SetCanceled(ct);
        }
        else
        {
            _done.SetException(_fault);
        }
    }

    public override void Fail(Exception exception) => _done.SetException(exception);
}
