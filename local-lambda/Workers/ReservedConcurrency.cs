using Roost.LocalLambda.Queue;

namespace Roost.LocalLambda.Workers;

/// <summary>
/// How many invocations of a function may be under way at a time, over all its versions: those that wait for a worker count as well. It holds for what
/// comes; what is under way when it shrinks goes on.
/// </summary>
internal sealed class ReservedConcurrency
{
    private readonly ConcurrencyGate _gate;
    private volatile int _limit = int.MaxValue;

    public ReservedConcurrency() => _gate = new ConcurrencyGate(() => _limit);

    /// <param name="limit">0 for nothing, null for no limit.</param>
    public void Set(int? limit)
    {
        _limit = limit ?? int.MaxValue;
        _gate.LimitChanged();
    }

    /// <returns>False when as many are under way as may be. Else the place is free again when the invocation has ended.</returns>
    public bool TryTake(Invocation invocation)
    {
        if (!_gate.TryEnter())
        {
            return false;
        }

        invocation.WhenEnded(_gate.Leave);
        return true;
    }

    /// <summary>Waits until there is a place.</summary>
    public async Task TakeAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await _gate.EnterAsync(cancellationToken);
        invocation.WhenEnded(_gate.Leave);
    }
}
