namespace Roost.LocalLambda.Queue;

/// <summary>Lets so many in at a time as a limit says that may change meanwhile. Any thread enters and leaves.</summary>
internal sealed class ConcurrencyGate(Func<int> limit)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _left;
    private int _inside;

    /// <returns>False when as many are inside as may be.</returns>
    public bool TryEnter()
    {
        lock (_gate)
        {
            var enters = _inside < limit();
            _inside += enters ? 1 : 0;
            return enters;
        }
    }

    public async Task EnterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task left;
            lock (_gate)
            {
                if (_inside < limit())
                {
                    _inside++;
                    return;
                }

                left = Left();
            }

            await left.WaitAsync(cancellationToken);
        }
    }

    public void Leave()
    {
        TaskCompletionSource? left;
        lock (_gate)
        {
            _inside--;
            (left, _left) = (_left, null);
        }

        left?.TrySetResult();
    }

    /// <summary>The limit may have grown: who waits looks again.</summary>
    public void LimitChanged()
    {
        TaskCompletionSource? left;
        lock (_gate)
        {
            (left, _left) = (_left, null);
        }

        left?.TrySetResult();
    }

    /// <summary>Completes when nobody is inside. Nobody may enter any more.</summary>
    public async Task DrainAsync()
    {
        while (true)
        {
            Task left;
            lock (_gate)
            {
                if (_inside == 0)
                {
                    return;
                }

                left = Left();
            }

            await left;
        }
    }

    private Task Left() => (_left ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
}
