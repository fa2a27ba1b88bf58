using Roost.Storage.Logs.Cursors;

namespace Roost.Storage.Logs;

/// <summary>
/// A durable position in a log, by name: the offset after the last record that its owner is done with. Commits only move it forward.
/// Commits that come while the disk is busy are done together. Any thread may call it; the log owns and disposes it.
/// </summary>
public sealed class LogCursor : IThreadPoolWorkItem
{
    private readonly AppendLog _log;
    private readonly CursorFile _file;
    private readonly Lock _gate = new();

    // Guarded by the gate.
    private TaskCompletionSource? _waiting;
    private TaskCompletionSource? _idle;
    private long _wanted;
    private bool _busy;
    private bool _disposed;
    private long _committed;
    private long _movedAt;

    internal LogCursor(AppendLog log, string name, CursorFile file, long committed, DateTimeOffset movedAt)
    {
        _movedAt = movedAt.UtcTicks;
        _log = log;
        Name = name;
        _file = file;
        _committed = committed;
        _wanted = committed;
    }

    public string Name { get; }

    /// <summary>The offset to go on with.</summary>
    public long Committed => Volatile.Read(ref _committed);

    /// <summary>When the position was last written, by the clock of that moment.</summary>
    public DateTimeOffset MovedAt => new(Volatile.Read(ref _movedAt), TimeSpan.Zero);

    /// <summary>
    /// Completes when the position is as durable as the log's records. An offset at or below <see cref="Committed"/> is done already:
    /// a cursor does not go back.
    /// </summary>
    /// <param name="nextOffset">The offset after the last record done; at most the log's <see cref="AppendLog.NextOffset"/>.</param>
    /// <exception cref="IOException">The disk refused. The last committed position stands; committing again may succeed.</exception>
    public ValueTask CommitAsync(long nextOffset, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nextOffset, _log.NextOffset);
        Task done;
        lock (_gate)
        {
            if (nextOffset <= _committed)
            {
                return ValueTask.CompletedTask;
            }

            ObjectDisposedException.ThrowIf(_disposed, this);
            _wanted = Math.Max(_wanted, nextOffset);
            done = Begin();
        }

        return new ValueTask(ct.CanBeCanceled ? done.WaitAsync(ct) : done);
    }

    /// <summary>Puts the position anywhere, also back: completes when it is as durable as a commit. A later commit counts from there.</summary>
    /// <param name="nextOffset">0 to the log's <see cref="AppendLog.NextOffset"/>.</param>
    /// <exception cref="IOException">The disk refused. The last committed position stands.</exception>
    public ValueTask SeekAsync(long nextOffset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nextOffset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nextOffset, _log.NextOffset);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _wanted = nextOffset;
            return new ValueTask(Begin());
        }
    }

    /// <summary>Has the wanted position written. In the gate.</summary>
    private Task Begin()
    {
        _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_busy)
        {
            _busy = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        return _waiting.Task;
    }

    /// <summary>Writes until nobody waits.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            TaskCompletionSource done;
            long wanted;
            lock (_gate)
            {
                if (_waiting is null)
                {
                    _busy = false;
                    _idle?.SetResult();
                    return;
                }

                (done, _waiting) = (_waiting, null);
                wanted = _wanted;
            }

            try
            {
                _file.Write(wanted);
            }
            catch (Exception exception) // the outer edge of a pool thread: those who wait are told
            {
                lock (_gate)
                {
                    _wanted = _waiting is null ? _committed : _wanted;
                }

                done.SetException(exception);
                _ = done.Task.Exception; // observed: nobody need wait
                continue;
            }

            lock (_gate)
            {
                _committed = wanted;
                _movedAt = _log.Now.UtcTicks;
            }

            done.SetResult();
        }
    }

    /// <summary>Lets commits under way finish.</summary>
    internal async Task CloseAsync()
    {
        lock (_gate)
        {
            _disposed = true;
            if (_busy)
            {
                _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        if (_idle is not null)
        {
            await _idle.Task;
        }

        _file.Dispose();
    }
}
