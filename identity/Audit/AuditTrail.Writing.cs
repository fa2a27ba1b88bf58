using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.Identity.Store;
using Roost.Storage;
using Roost.Storage.Logs;

namespace Roost.Identity.Audit;

/// <summary>The loop that gives entries to the chain, keeps the note of its end, and puts back what could not be written.</summary>
internal sealed partial class AuditTrail
{
    private async Task RunAsync()
    {
        while (true)
        {
            await _work.WaitAsync();
            Task urgent;
            lock (_gate)
            {
                urgent = _urgent.Task;
            }

            await Task.WhenAny(urgent, Task.Delay(_fault is null ? Linger : s_retryAfter, _clock));
            if (await WriteWaitingAsync())
            {
                break;
            }
        }

        lock (_gate)
        {
            foreach (var waiting in _queue)
            {
                waiting.Done?.SetException(new AuditUnavailableException("the daemon has stopped"));
            }
        }
    }

    /// <returns>Whether nothing will come any more.</returns>
    private async Task<bool> WriteWaitingAsync()
    {
        while (true)
        {
            List<Waiting> batch = [];
            bool ends;
            lock (_gate)
            {
                _urgent = _urgent.Task.IsCompleted ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : _urgent;
                ends = _ends;
                Summarise(ends ? long.MaxValue : _clock.GetTimestamp() / _clock.TimestampFrequency);
                while (batch.Count < MostAtOnce && _queue.TryDequeue(out var waiting))
                {
                    batch.Add(waiting);
                }

                if (batch.Count == 0 && _flood.HasCounted)
                {
                    Wake(); // its second ends soon
                }
            }

            if (batch.Count == 0 && !ends)
            {
                return false;
            }

            var isWritten = await WriteAsync(batch, ends && batch.Count == 0);
            if (ends && (batch.Count == 0 || !isWritten))
            {
                return true;
            }

            if (!isWritten)
            {
                return false;
            }
        }
    }

    /// <returns>False: the disk has refused some, which wait on.</returns>
    private async Task<bool> WriteAsync(List<Waiting> batch, bool isLast)
    {
        List<(DateTimeOffset, AuditEntry, long?)> entries = [.. batch.Select(waiting => (waiting.Time, waiting.Entry, waiting.Count))];
        long lost;
        lock (_gate)
        {
            lost = _lost;
        }

        if (lost > 0)
        {
            entries.Add((_clock.GetUtcNow(), new AuditEntry("audit.lost") { Reason = $"{lost} entries were not recorded: they came faster than the disk took them, or it was full" }, lost));
        }

        var (kept, failure) = await _log!.AppendAsync(entries, endsWithCheckpoint: isLast);
        _metrics.Written(kept);
        NoteState(failure); // before anybody goes on who waited for it
        foreach (var waiting in batch.Take(kept))
        {
            waiting.Done?.SetResult();
        }

        if (kept > batch.Count)
        {
            lock (_gate)
            {
                _lost -= lost;
            }
        }

        if (kept < batch.Count)
        {
            PutBack(batch, kept, failure!);
        }

        await KeepNoteAsync(isLast);
        return failure is null;
    }

    /// <summary>
    /// Once a minute while there are entries, and at the end: so much can be cut off, or the whole be put back as it was then, without the database's contradiction; a
    /// transaction for each batch would cost as much as the audit.
    /// </summary>
    private async Task KeepNoteAsync(bool isLast)
    {
        if (_log!.End is not { } end || (!isLast && _notedAt is { } at && _clock.GetElapsedTime(at) < NoteEvery))
        {
            return;
        }

        _notedAt = _clock.GetTimestamp();
        try
        {
            await _database.Store.WriteAsync(end.Write);
            if (_log.Noted(end) is { } failure)
            {
                _logger.NoteNotKept(failure);
            }
        }
        catch (Exception exception) when (exception is SqliteException or ObjectDisposedException)
        {
            _logger.NoteNotKept(exception);
        }
    }

    /// <summary>A break that an earlier start has found, or a damage before the end, is no less one because the daemon was started again.</summary>
    private void SearchBreak()
    {
        try
        {
            _broken ??= AuditReader.FindBreak(_log!.Log, _searches.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The daemon stops.
        }
    }

    private void NoteState(Exception? failure)
    {
        if (failure is not null && _fault is null)
        {
            _logger.AuditNotWritten(failure);
        }
        else if (failure is null && _fault is not null)
        {
            _logger.AuditWrittenAgain();
        }

        _fault = failure?.Message;
    }

    /// <summary>Whoever waits for an entry is refused; the entry itself is written when the disk has room, for what it tells of may have been done.</summary>
    private void PutBack(List<Waiting> batch, int kept, Exception failure)
    {
        lock (_gate)
        {
            var later = _queue.ToArray();
            _queue.Clear();
            foreach (var waiting in batch.Skip(kept).Concat(later)) // those behind it too: they would wait until the disk takes what stands before them
            {
                waiting.Done?.SetException(new AuditUnavailableException(failure.Message, failure));
                if (waiting.Entry.Action == "audit.resume")
                {
                    continue;
                }

                if (waiting.Done is null && _queue.Count >= MostWaiting)
                {
                    _lost += waiting.Count ?? 1;
                    _metrics.Lost(waiting.Count ?? 1);
                }
                else
                {
                    _queue.Enqueue(waiting with { Done = null });
                }
            }

            if (_queue.Count > 0)
            {
                Wake();
            }
        }
    }
}
