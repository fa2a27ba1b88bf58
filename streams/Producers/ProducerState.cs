namespace Roost.Streams.Producers;

/// <summary>What is remembered of one producer. Guarded by its table.</summary>
internal sealed class ProducerState(string name, long epoch)
{
    /// <summary>A producer that appends alone has one run; each time that others come between it begins another. Clients have a few batches under way at most.</summary>
    public const int MostRuns = 16;

    private readonly List<ProducerRun> _runs = [];

    public string Name { get; } = name;

    public long Epoch { get; private set; } = epoch;

    /// <summary>The sequence that comes next.</summary>
    public long Next { get; private set; }

    /// <summary>By the wall clock, for people.</summary>
    public DateTimeOffset UsedAt { get; set; }

    /// <summary>By the clock that counts; null: not since the process began.</summary>
    public long? TouchedAt { get; set; }

    /// <summary>The newest, oldest first.</summary>
    public IReadOnlyList<ProducerRun> Runs => _runs;

    /// <summary>Batches of the producer that wait for their turn, the one under way included.</summary>
    public int Waiting { get; set; }

    /// <summary>One batch at a time: the next is judged by what became of the one before.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    public void Begin(long epoch)
    {
        Epoch = epoch;
        Next = 0;
        _runs.Clear();
    }

    /// <summary>Records from <see cref="Next"/> on are kept.</summary>
    public void Add(long offset, long count)
    {
        if (_runs.Count > 0 && _runs[^1] is var last && last.NextSequence == Next && last.Offset + last.Count == offset)
        {
            _runs[^1] = last with { Count = last.Count + count };
        }
        else
        {
            _runs.Add(new ProducerRun(Next, offset, count));
        }

        Next += count;
        if (_runs.Count > MostRuns)
        {
            _runs.RemoveAt(0);
        }
    }

    /// <summary>What lies before this sequence is not in the log any more.</summary>
    public void Skip(long sequence) => Next = Math.Max(Next, sequence);

    /// <summary>There are no records at and beyond this offset.</summary>
    public void CutTo(long end)
    {
        while (_runs.Count > 0 && _runs[^1] is var last && last.Offset + last.Count > end)
        {
            var kept = Math.Max(0, end - last.Offset);
            Next = last.Sequence + kept;
            _runs.RemoveAt(_runs.Count - 1);
            if (kept > 0)
            {
                _runs.Add(last with { Count = kept });
            }
        }
    }

    /// <summary>As a file has it.</summary>
    public void Restore(long next, IEnumerable<ProducerRun> runs)
    {
        _runs.AddRange(runs);
        Next = next;
    }

    /// <summary>As it is now, for who looks at it later.</summary>
    public ProducerState Copy()
    {
        var copy = new ProducerState(Name, Epoch) { UsedAt = UsedAt };
        copy.Restore(Next, _runs);
        return copy;
    }

    /// <returns>Null where it is not remembered any more.</returns>
    public long? OffsetOf(long sequence)
    {
        foreach (var run in _runs)
        {
            if (run.Holds(sequence))
            {
                return run.OffsetOf(sequence);
            }
        }

        return null;
    }
}
