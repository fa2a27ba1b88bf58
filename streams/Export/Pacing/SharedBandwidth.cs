namespace Roost.Streams.Export.Pacing;

/// <summary>
/// One rate for all exports together. While several wait for it, the one with the lowest priority number is served, and of equals the
/// one that has waited longest. Any thread may call.
/// </summary>
internal sealed class SharedBandwidth(long bytesPerSecond, TimeProvider clock)
{
    private readonly TokenBucket _bucket = new(bytesPerSecond, clock);
    private readonly Lock _gate = new();
    private readonly PriorityQueue<TaskCompletionSource, (int Priority, long Order)> _waiting = new();
    private long _order;
    private bool _busy;

    /// <param name="priority">1 goes first.</param>
    /// <param name="bytes">About as many as are sent in a moment: who takes much at once holds up the others.</param>
    /// <exception cref="OperationCanceledException">The wait was ended; nothing is taken.</exception>
    public async ValueTask TakeAsync(int priority, int bytes, CancellationToken cancellationToken)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_busy)
            {
                _waiting.Enqueue(turn, (priority, _order++));
            }
            else
            {
                _busy = true;
                turn.SetResult();
            }
        }

        await using (cancellationToken.Register(() => turn.TrySetCanceled(cancellationToken)))
        {
            await turn.Task;
        }

        try
        {
            await Task.Delay(_bucket.Take(bytes), clock, cancellationToken);
        }
        finally
        {
            Next();
        }
    }

    private void Next()
    {
        lock (_gate)
        {
            while (_waiting.TryDequeue(out var next, out _))
            {
                if (next.TrySetResult())
                {
                    return;
                }
            }

            _busy = false;
        }
    }
}
