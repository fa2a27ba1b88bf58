namespace Roost.LocalLambda.Queue;

/// <summary>Records that run side by side end in any order; the cursor may pass only what has ended without a gap. Thread-safe.</summary>
internal sealed class OutstandingOffsets(long start)
{
    private readonly Lock _gate = new();
    private readonly Queue<long> _order = [];
    private readonly HashSet<long> _done = [];
    private long _next = start;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _order.Count - _done.Count;
            }
        }
    }

    /// <param name="offset">Greater than every one begun before.</param>
    public void Begin(long offset)
    {
        lock (_gate)
        {
            _order.Enqueue(offset);
        }
    }

    /// <returns>The offset below which everything is done.</returns>
    public long End(long offset)
    {
        lock (_gate)
        {
            _done.Add(offset);
            while (_order.TryPeek(out var first) && _done.Remove(first))
            {
                _order.Dequeue();
                _next = first + 1;
            }

            return _next;
        }
    }
}
