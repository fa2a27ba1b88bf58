using Roost.Storage.Logs;

namespace Roost.Mqtt.Client.Queue;

/// <summary>What has become of the queue's messages. Any thread.</summary>
/// <param name="readTo">Where reading begins.</param>
internal sealed class QueueCounters(long readTo)
{
    private long _accepted;
    private long _acknowledged;
    private long _expired;
    private long _tooOld;
    private long _refused;
    private long _retried;
    private long _skipped;
    private long _readTo = readTo;
    private long _settled = readTo;
    private long _handedOver = readTo;

    /// <summary>All before this offset is done, though perhaps not yet noted on the disk.</summary>
    public long Settled => Interlocked.Read(ref _settled);

    public void Accept() => Interlocked.Increment(ref _accepted);

    public void Acknowledge() => Interlocked.Increment(ref _acknowledged);

    public void Lose(QueueLoss loss)
    {
        switch (loss)
        {
            case QueueLoss.Expired:
                Interlocked.Increment(ref _expired);
                break;
            case QueueLoss.TooOld:
                Interlocked.Increment(ref _tooOld);
                break;
            case QueueLoss.TooMany:
                Interlocked.Increment(ref _skipped);
                break;
        }
    }

    public void Refuse() => Interlocked.Increment(ref _refused);

    public void Settle(long next) => Interlocked.Exchange(ref _settled, next);

    /// <summary>For the one sender: a message is handed over.</summary>
    public void HandOver(long offset)
    {
        if (offset < _handedOver)
        {
            Interlocked.Increment(ref _retried);
        }
        else
        {
            _handedOver = offset + 1;
        }
    }

    /// <summary>The sender has read so far.</summary>
    /// <param name="skipped">Records on the way that the log had given up.</param>
    public void Read(long to, long skipped)
    {
        Interlocked.Add(ref _skipped, skipped);
        Interlocked.Exchange(ref _readTo, to);
    }

    public MqttOutgoingQueueStatus ToStatus(AppendLog log)
    {
        var first = log.FirstOffset;
        var unseen = Math.Max(0, first - Interlocked.Read(ref _readTo)); // dropped, and the sender has not come by yet
        return new MqttOutgoingQueueStatus(
            Math.Max(0, log.DurableOffset - Math.Max(Settled, first)),
            log.SizeBytes,
            Interlocked.Read(ref _accepted),
            Interlocked.Read(ref _acknowledged),
            Interlocked.Read(ref _skipped) + unseen,
            Interlocked.Read(ref _expired),
            Interlocked.Read(ref _refused))
        {
            TooOld = Interlocked.Read(ref _tooOld),
            Retried = Interlocked.Read(ref _retried),
        };
    }
}
