namespace Roost.Streams.Export.Progress;

/// <summary>Offsets of a stream that are dealt with: all below a floor, and ranges above it that do not touch.</summary>
internal sealed class RangeSet(long floor)
{
    private readonly List<OffsetRange> _ranges = [];

    /// <summary>All below it is in the set.</summary>
    public long Floor { get; private set; } = floor;

    /// <summary>What is in the set above the floor, ascending, with gaps between.</summary>
    public IReadOnlyList<OffsetRange> Ranges => _ranges;

    /// <summary>All from here on is not in the set.</summary>
    public long End => _ranges.Count == 0 ? Floor : _ranges[^1].Next;

    public RangeSet Copy()
    {
        var copy = new RangeSet(Floor);
        copy._ranges.AddRange(_ranges);
        return copy;
    }

    public bool Contains(long offset) => offset < Floor || _ranges.Exists(range => range.First <= offset && offset < range.Next);

    public void Add(OffsetRange range)
    {
        var (first, next) = (Math.Max(range.First, Floor), range.Next);
        if (first >= next)
        {
            return;
        }

        var at = _ranges.FindIndex(other => other.Next >= first);
        at = at < 0 ? _ranges.Count : at;
        var touched = at;
        while (touched < _ranges.Count && _ranges[touched].First <= next)
        {
            first = Math.Min(first, _ranges[touched].First);
            next = Math.Max(next, _ranges[touched].Next);
            touched++;
        }

        _ranges.RemoveRange(at, touched - at);
        if (first == Floor)
        {
            Floor = next;
        }
        else
        {
            _ranges.Insert(at, new OffsetRange(first, next));
        }
    }

    /// <summary>What is missing below <paramref name="end"/>, ascending.</summary>
    public IEnumerable<OffsetRange> Gaps(long end)
    {
        var from = Floor;
        foreach (var range in _ranges)
        {
            if (from >= end)
            {
                yield break;
            }

            yield return new OffsetRange(from, Math.Min(range.First, end));
            from = range.Next;
        }

        if (from < end)
        {
            yield return new OffsetRange(from, end);
        }
    }
}
