namespace Roost.Mqtt.Loop;

/// <summary>Deadlines in a binary heap, earliest first. The loop's thread only.</summary>
internal sealed class TimerHeap
{
    private Timed[] _heap = new Timed[64];

    public int Count { get; private set; }

    /// <summary>Milliseconds on the loop's clock; <see cref="long.MaxValue"/> when nothing is due ever.</summary>
    public long NextDue => Count == 0 ? long.MaxValue : _heap[0].DueAt;

    /// <summary>Sets or moves the deadline of <paramref name="timed"/>.</summary>
    public void Set(Timed timed, long dueAt)
    {
        timed.DueAt = dueAt;
        if (timed.HeapIndex < 0)
        {
            if (Count == _heap.Length)
            {
                Array.Resize(ref _heap, Count * 2);
            }

            Place(timed, Count++);
        }

        Settle(timed);
    }

    public void Cancel(Timed timed)
    {
        var index = timed.HeapIndex;
        if (index < 0)
        {
            return;
        }

        timed.HeapIndex = -1;
        var last = _heap[--Count];
        _heap[Count] = null!;
        if (!ReferenceEquals(last, timed))
        {
            Place(last, index);
            Settle(last);
        }
    }

    /// <summary>Calls everything whose deadline is <paramref name="now"/> or earlier.</summary>
    public void Fire(long now)
    {
        while (Count > 0 && _heap[0].DueAt <= now)
        {
            var due = _heap[0];
            Cancel(due);
            due.OnDue(now);
        }
    }

    private void Settle(Timed timed)
    {
        var index = timed.HeapIndex;
        while (index > 0 && _heap[(index - 1) / 2].DueAt > timed.DueAt)
        {
            Place(_heap[(index - 1) / 2], index);
            index = (index - 1) / 2;
        }

        while (EarlierChild(index) is var child && child >= 0 && _heap[child].DueAt < timed.DueAt)
        {
            Place(_heap[child], index);
            index = child;
        }

        Place(timed, index);
    }

    private int EarlierChild(int index)
    {
        var left = (2 * index) + 1;
        if (left >= Count)
        {
            return -1;
        }

        return left + 1 < Count && _heap[left + 1].DueAt < _heap[left].DueAt ? left + 1 : left;
    }

    private void Place(Timed timed, int index)
    {
        _heap[index] = timed;
        timed.HeapIndex = index;
    }
}
