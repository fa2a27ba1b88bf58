namespace Roost.Streams.Export;

/// <summary>What one export has done since the daemon started; each figure also goes to the metrics.</summary>
internal sealed class ExportCounters(StreamMetrics metrics, string stream, string export)
{
    private long _acknowledged;
    private long _retried;
    private long _lost;
    private long _dead;
    private long _expired;
    private long _dropped;
    private long _batches;
    private long _sentBytes;

    public long AcknowledgedRecords => Volatile.Read(ref _acknowledged);

    public long RetriedRecords => Volatile.Read(ref _retried);

    public long LostRecords => Volatile.Read(ref _lost);

    public long DeadRecords => Volatile.Read(ref _dead);

    /// <summary>Records given up for their age.</summary>
    public long ExpiredRecords => Volatile.Read(ref _expired);

    /// <summary>Records that were refused for good and are kept nowhere.</summary>
    public long DroppedRecords => Volatile.Read(ref _dropped);

    public long Batches => Volatile.Read(ref _batches);

    /// <summary>Keys and payloads of what was acknowledged.</summary>
    public long AcknowledgedBytes => Volatile.Read(ref _sentBytes);

    /// <param name="records">Acknowledged with one answer.</param>
    /// <param name="bytes">Their keys and payloads.</param>
    public void Acknowledged(int records, long bytes)
    {
        Interlocked.Add(ref _acknowledged, records);
        Interlocked.Add(ref _sentBytes, bytes);
        Interlocked.Increment(ref _batches);
        metrics.Acknowledged(stream, export, records, bytes);
    }

    public void Retried(int records)
    {
        Interlocked.Add(ref _retried, records);
        metrics.Retried(stream, export, records);
    }

    public void Expired(long records)
    {
        Interlocked.Add(ref _expired, records);
        metrics.Expired(stream, export, records);
    }

    public void Dropped()
    {
        Interlocked.Increment(ref _dropped);
        metrics.Dropped(stream, export);
    }

    public void Lost(long records)
    {
        Interlocked.Add(ref _lost, records);
        metrics.Lost(stream, export, records);
    }

    public void Dead()
    {
        Interlocked.Increment(ref _dead);
        metrics.Dead(stream, export);
    }
}
