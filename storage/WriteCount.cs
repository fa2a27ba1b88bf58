using System.Diagnostics.Metrics;

namespace Roost.Storage;

/// <summary>Counts what one use writes, for the meter and for <see cref="StorageMetrics.Uses"/>. Any thread may call.</summary>
internal sealed class WriteCount(StorageKind kind, string name, Counter<long>? written, Counter<long>? syncs, KeyValuePair<string, object?> tag)
{
    private long _written;
    private long _syncs;
    private long _commits;
    private long _items;

    public StorageUse Use => new(kind, name, Interlocked.Read(ref _written), Interlocked.Read(ref _syncs), Interlocked.Read(ref _commits), Interlocked.Read(ref _items));

    public void Written(long bytes)
    {
        Interlocked.Add(ref _written, bytes);
        written?.Add(bytes, tag);
    }

    public void Synced(int count)
    {
        Interlocked.Add(ref _syncs, count);
        syncs?.Add(count, tag);
    }

    public void Committed(int items)
    {
        Interlocked.Increment(ref _commits);
        Interlocked.Add(ref _items, items);
    }
}
