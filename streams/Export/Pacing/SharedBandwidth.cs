namespace Roost.Streams.Export.Pacing;

/// <summary>
/// One rate for all exports together. Each time there is bandwidth again, the waiting export with the lowest priority number is served, and
/// of equals the one that has waited longest. Any thread may call.
/// </summary>
internal sealed class SharedBandwidth(long bytesPerSecond, TimeProvider clock)
{
    private readonly TokenBucket _bucket = new(bytesPerSecond, clock);
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Turn, (int Priority, long Order)> _waiting = new();
    private long _order;
    private bool _serving;

    /// <param name="priority">1 goes first.</param>
    /// <param name="bytes">About as many as are sent in a moment: who takes much at once holds up the others.</param>
    /// <exception cref="OperationCanceledException">The wait was ended; nothing is taken.</exception>
    public async ValueTask TakeAsync(int priority, int bytes, CancellationToken cancellationToken)
    {
        var turn = new Turn(bytes);
        lock (_gate)
        {
            _waiting.Enqueue(turn, (priority, _order++));
            if (!_serving)
            {
                _serving = true;
                _ = ServeAsync();
            }
        }

        await using (cancellationToken.Register(() => turn.Granted.TrySetCanceled(cancellationToken)))
        {
            await turn.Granted.Task;
        }
    }

    /// <summary>
    /// What was granted is waited off before it is looked who is next: by then the export that was served has come back for its next piece,
    /// and stands among the others.
    /// </summary>
    private async Task ServeAsync()
    {
        while (true)
        {
            await Task.Delay(_bucket.Take(0), clock);
            lock (_gate)
            {
                if (!_waiting.TryDequeue(out var turn, out _))
                {
                    _serving = false;
                    return;
                }

                if (turn.Granted.TrySetResult())
                {
                    _bucket.Take(turn.Bytes);
                }
            }
        }
    }

    private sealed record Turn(int Bytes)
    {
        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
