namespace Roost.Identity.Logins;

/// <summary>
/// Gives out turns at the CPU, a bounded number at once, going round by where they come from: a flood from one address waits for itself. Any thread
/// may call.
/// </summary>
internal sealed class HashingTurns(int atOnce, int mostWaiting)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedList<TaskCompletionSource<bool>>> _waiting = new(StringComparer.Ordinal);
    private readonly Queue<string> _round = new();
    private int _running;
    private int _count;

    /// <summary>Each turn that was given is given back by <see cref="Release"/>.</summary>
    /// <returns>False: too many wait, and of the source that has most of them the last one is sent away.</returns>
    public async Task<bool> TakeAsync(string source, CancellationToken cancellationToken)
    {
        var turn = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_running < atOnce)
            {
                _running++;
                return true;
            }

            if (_count >= mostWaiting && !MakeRoomFor(source))
            {
                return false;
            }

            Enqueue(source, turn);
        }

        await using var ending = cancellationToken.Register(() => turn.TrySetCanceled(cancellationToken));
        return await turn.Task;
    }

    public void Release()
    {
        lock (_gate)
        {
            while (_round.TryDequeue(out var source))
            {
                var queue = _waiting[source];
                if (queue.First is not { } next)
                {
                    _waiting.Remove(source);
                    continue;
                }

                queue.RemoveFirst();
                _count--;
                _round.Enqueue(source);
                if (next.Value.TrySetResult(true)) // else its client has gone meanwhile
                {
                    return;
                }
            }

            _running--;
        }
    }

    private void Enqueue(string source, TaskCompletionSource<bool> turn)
    {
        if (!_waiting.TryGetValue(source, out var queue))
        {
            _waiting.Add(source, queue = new LinkedList<TaskCompletionSource<bool>>());
            _round.Enqueue(source);
        }

        queue.AddLast(turn);
        _count++;
    }

    /// <returns>False: it is this source itself that has most.</returns>
    private bool MakeRoomFor(string source)
    {
        var longest = _waiting.MaxBy(pair => pair.Value.Count);
        if (longest.Key == source || longest.Value.Count <= 1)
        {
            return false;
        }

        var last = longest.Value.Last!;
        longest.Value.RemoveLast();
        _count--;
        last.Value.TrySetResult(false);
        return true;
    }
}
