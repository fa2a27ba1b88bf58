namespace Roost.Storage.Logs;

/// <summary>Offsets whose records were refused, so that who asks late is not told that they are durable. Guarded by the log's gate.</summary>
internal sealed class FailedOffsets
{
    // Ranges of one full disk follow each other and become one; so many separate ones are rare.
    private const int Most = 64;

    private readonly List<(long First, long Next, Exception Failure)> _ranges = [];

    public void Add(long first, long next, Exception failure)
    {
        if (_ranges.Count > 0 && _ranges[^1].Next == first)
        {
            _ranges[^1] = (_ranges[^1].First, next, failure);
            return;
        }

        _ranges.Add((first, next, failure));
        if (_ranges.Count > Most)
        {
            // To call a durable record failed is safe; the other way round is not.
            _ranges[1] = (_ranges[0].First, _ranges[1].Next, _ranges[1].Failure);
            _ranges.RemoveAt(0);
        }
    }

    public Exception? Find(long offset)
    {
        foreach (var (first, next, failure) in _ranges)
        {
            if (offset >= first && offset < next)
            {
                return failure;
            }
        }

        return null;
    }
}
