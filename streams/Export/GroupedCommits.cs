namespace Roost.Streams.Export;

/// <summary>
/// Notes an export's position durably, for many acknowledgements at once: when half of the window waits for it, or after
/// <see cref="Linger"/>. A sync for each record would wear out a card.
/// </summary>
internal sealed class GroupedCommits : IAsyncDisposable
{
    /// <summary>At most so old is the position after a crash of a slow stream; what it costs is a repetition, never a record.</summary>
    public static readonly TimeSpan Linger = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Func<ValueTask> _commit;
    private readonly int _most;
    private readonly Action<int> _committed;
    private readonly Action<long, Exception> _failed;
    private readonly ITimer _timer;

    // Guarded by the gate.
    private long _next;
    private int _waiting;
    private bool _urgent;
    private bool _armed;
    private Task _committing = Task.CompletedTask;

    /// <param name="commit">Notes the position.</param>
    /// <param name="most">As many records wait at most; at half of it the commit begins.</param>
    /// <param name="committed">Told how many records a commit has noted.</param>
    /// <param name="failed">Told of a position that could not be noted; it is tried again with the next.</param>
    /// <param name="clock">For <see cref="Linger"/>.</param>
    public GroupedCommits(Func<ValueTask> commit, int most, Action<int> committed, Action<long, Exception> failed, TimeProvider clock)
    {
        _commit = commit;
        _most = most;
        _committed = committed;
        _failed = failed;
        _timer = clock.CreateTimer(_ => CommitNow(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>One more record is done; <paramref name="next"/> is the offset after it, in growing order.</summary>
    public void Add(long next)
    {
        lock (_gate)
        {
            _next = next;
            _waiting++;
            if (_waiting >= Math.Max(1, _most / 2))
            {
                Begin();
            }
            else if (!_armed)
            {
                _armed = true;
                _timer.Change(Linger, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Commits what waits, and waits for it.</summary>
    public Task FlushAsync()
    {
        lock (_gate)
        {
            Begin();
            return _committing;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await FlushAsync();
    }

    private void CommitNow()
    {
        lock (_gate)
        {
            Begin();
        }
    }

    /// <summary>In the gate. One commit at a time; what comes meanwhile goes with the next.</summary>
    private void Begin()
    {
        _urgent = _waiting > 0;
        if (_urgent && _committing.IsCompleted)
        {
            _committing = Task.Run(CommitAsync);
        }
    }

    private async Task CommitAsync()
    {
        while (true)
        {
            long next;
            int records;
            lock (_gate)
            {
                _armed = false;
                if (!_urgent || _waiting == 0)
                {
                    _committing = Task.CompletedTask;
                    return;
                }

                _urgent = false;
                (next, records) = (_next, _waiting);
                _waiting = 0;
            }

            try
            {
                await _commit();
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                _failed(next, exception); // the window must not stand still for it: the next commit covers this one
            }

            _committed(records);
        }
    }
}
