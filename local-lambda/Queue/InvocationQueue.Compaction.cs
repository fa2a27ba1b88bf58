namespace Roost.LocalLambda.Queue;

/// <summary>
/// Space is freed from the front of the log, so an event that waits for hours keeps everything behind it. Where that is most of a log that is half full, the
/// events that wait at the front are written again at its end.
/// </summary>
internal sealed partial class InvocationQueue
{
    private void CompactIfNeeded(QueueLog log)
    {
        var size = log.SizeBytes;
        lock (_gate)
        {
            if (_compacting || _disposed || size < _maxBytes / 2 || _schedule.Bytes > _maxBytes / 4 || _schedule.Oldest is not { State: QueueEntryState.Waiting or QueueEntryState.Ready })
            {
                return;
            }

            _compacting = true;
        }

        _ = Task.Run(() => CompactAsync(log));
    }

    private async Task CompactAsync(QueueLog log)
    {
        try
        {
            var end = log.DurableOffset; // what is moved comes to lie behind it, and is not moved again
            while (log.SizeBytes > _maxBytes / 4 && await MoveOldestAsync(log, end))
            {
            }
        }
        catch (Exception exception)
        {
            LogFateUnknown(_function.Name, 0, exception); // it lies where it lay
        }
        finally
        {
            lock (_gate)
            {
                _compacting = false;
                TellIfDrained();
            }
        }
    }

    /// <returns>False when there is none before <paramref name="end"/>, when it runs, or when the function is being closed.</returns>
    private async Task<bool> MoveOldestAsync(QueueLog log, long end)
    {
        QueueEntry? entry;
        lock (_gate)
        {
            entry = _schedule.Oldest;
            if (_disposed || entry is not { State: QueueEntryState.Waiting or QueueEntryState.Ready } || entry.ReadFrom >= end)
            {
                return false;
            }
        }

        if (log.Read(entry.ReadFrom) is not var (queued, payload))
        {
            return false;
        }

        var was = entry.Offset;
        var offset = log.Replace(queued with { Replaces = was, Failures = entry.Failures, Throttles = entry.Throttles, Due = (long)entry.Due.TotalMilliseconds }, payload);
        bool isGone;
        lock (_gate)
        {
            entry.Offset = offset; // what becomes of it from now on is said of the new record
            isGone = entry.State == QueueEntryState.Gone;
        }

        if (isGone)
        {
            log.Mark(new QueueMark { Of = offset, Done = true });
        }

        await log.WaitDurableAsync(offset);
        long? oldest;
        lock (_gate)
        {
            _schedule.Move(entry, offset);
            oldest = _schedule.Oldest?.ReadFrom;
        }

        log.TrimTo(oldest ?? offset);
        return true;
    }
}
