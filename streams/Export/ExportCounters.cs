namespace Roost.Streams.Export;

/// <summary>What one export has done since the daemon started; each figure also goes to the metrics.</summary>
internal sealed class ExportCounters(StreamMetrics metrics, string stream, string export)
{
    private long _acknowledged;
    private long _retried;
    private long _lost;
    private long _dead;

    public long AcknowledgedRecords => Volatile.Read(ref _acknowledged);

    public long RetriedRecords => Volatile.Read(ref _retried);

    public long LostRecords => Volatile.Read(ref _lost);

    public long DeadRecords => Volatile.Read(ref _dead);

    public void Acknowledged()
    {
        Interlocked.Increment(ref _acknowledged);
        metrics.Acknowledged(stream, export, 1);
    }

    public void Retried()
    {
        Interlocked.Increment(ref _retried);
        metrics.Retried(stream, export, 1);
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
