using Roost.Storage.Logs;

namespace Roost.Mqtt.Client.Queue;

/// <summary>What has become of the queue's messages. Any thread.</summary>
/// <param name="readTo">Where reading begins.</param>
internal sealed class QueueCounters(long readTo)
{
    private long _accepted;
    private long _acknowledged;
    private long _expired;
    private long _refused;
    private long _skipped;
    private long _readTo = readTo;

    public void Accept() => Interlocked.Increment(ref _accepted);

    public void Acknowledge() => Interlocked.Increment(ref _acknowledged);

    public void Expire() => Interlocked.Increment(ref _expired);

    public void Refuse() => Interlocked.Increment(ref _refused);

    /// <summary>The sender has read so far.</summary>
    /// <param name="skipped">Records on the way that the log had given up.</param>
    public void Read(long to, long skipped)
    {
        Interlocked.Add(ref _skipped, skipped);
        Interlocked.Exchange(ref _readTo, to);
    }

    public MqttOutgoingQueueStatus ToStatus(AppendLog log, LogCursor cursor)
    {
        var first = log.FirstOffset;
        var unseen = Math.Max(0, first - Interlocked.Read(ref _readTo)); // dropped, and the sender has not come by yet
        return new MqttOutgoingQueueStatus(
            Math.Max(0, log.DurableOffset - Math.Max(cursor.Committed, first)),
            log.SizeBytes,
            Interlocked.Read(ref _accepted),
            Interlocked.Read(ref _acknowledged),
            Interlocked.Read(ref _skipped) + unseen,
            Interlocked.Read(ref _expired),
            Interlocked.Read(ref _refused));
    }
}
