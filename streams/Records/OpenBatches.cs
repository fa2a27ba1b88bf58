namespace Roost.Streams.Records;

/// <summary>
/// The batches of one stream that are on their way to the disk. The log syncs what waits, which may end within a batch; readers
/// hold back before it until all of it is there.
/// </summary>
internal sealed class OpenBatches
{
    private readonly Lock _gate = new();
    private readonly List<OpenBatch> _open = [];
    private volatile int _count;

    public OpenBatch Begin(long first, int records)
    {
        var batch = new OpenBatch(first, first + records - 1);
        lock (_gate)
        {
            _open.Add(batch);
            _count = _open.Count;
        }

        return batch;
    }

    public void End(OpenBatch batch)
    {
        lock (_gate)
        {
            _open.Remove(batch);
            _count = _open.Count;
        }

        batch.SetEnded();
    }

    /// <summary>The first batch that has records among <paramref name="first"/> to <paramref name="last"/> and is not durable as a whole; else null.</summary>
    public OpenBatch? FindWithin(long first, long last)
    {
        if (_count == 0)
        {
            return null; // a batch is entered before any of its records can be read
        }

        lock (_gate)
        {
            foreach (var batch in _open) // in the order of their offsets
            {
                if (batch.First <= last && batch.Last >= first)
                {
                    return batch;
                }
            }
        }

        return null;
    }
}
