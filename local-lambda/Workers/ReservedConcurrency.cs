namespace Roost.LocalLambda.Workers;

/// <summary>
/// How many invocations of a function may be under way at a time, over all its versions: those that wait for a worker count as well. It holds for what
/// comes; what is under way when it shrinks goes on. Any thread may call.
/// </summary>
internal sealed class ReservedConcurrency
{
    private readonly Lock _gate = new();
    private int _limit = int.MaxValue;
    private int _taken;

    /// <param name="limit">0 for nothing, null for no limit.</param>
    public void Set(int? limit)
    {
        lock (_gate)
        {
            _limit = limit ?? int.MaxValue;
        }
    }

    /// <returns>False when as many are under way as may be. Else the place is free again when the invocation has ended.</returns>
    public bool TryTake(Invocation invocation)
    {
        lock (_gate)
        {
            if (_taken >= _limit)
            {
                return false;
            }

            _taken++;
        }

        invocation.WhenEnded(Leave);
        return true;
    }

    private void Leave()
    {
        lock (_gate)
        {
            _taken--;
        }
    }
}
