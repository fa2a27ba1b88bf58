using Microsoft.Extensions.Logging;
using Roost.LocalLambda.Recovery;
using Roost.Storage;
using Roost.Storage.Logs;

namespace Roost.LocalLambda.Queue;

/// <summary>
/// The asynchronous invocations of one function: a durable log and, in memory, the order in which they run. An event leaves when it has been answered for: by success,
/// by its destination, or by a dead letter; only then is it marked as done, so that each runs at least once. A queue without events has neither log nor folder.
/// </summary>
internal sealed partial class InvocationQueue : IAsyncDisposable
{
    /// <summary>Largest event of an asynchronous invocation, in bytes.</summary>
    public const int MaxPayloadBytes = 1024 * 1024;

    /// <summary>Room for the event and what goes with it: a client context, a topic, correlation data.</summary>
    public const int MaxRecordBytes = MaxPayloadBytes + (256 * 1024);

    /// <summary>Some 200 bytes of memory each.</summary>
    private const int MaxEvents = 100_000;

    /// <summary>What is held in memory while the log is being opened.</summary>
    private const int MaxHeldBytes = 8 * 1024 * 1024;

    private const int MaxDelivering = 16;

    /// <summary>So long without an event, and the queue's log is closed and removed. Making it again costs a few syncs.</summary>
    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(5);

    /// <summary>After a fault of ours: whatever it was, the disk perhaps, it may have passed.</summary>
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(30);

    /// <summary>While so much that became of events waits in memory for room on the disk, no more are run.</summary>
    private const int MostRestBytes = 4 * 1024 * 1024;

    private readonly Function _function;
    private readonly string _folder;
    private readonly long _maxBytes;
    private readonly QueueFate _fate;
    private readonly EventClock _ages;
    private readonly FoundDamage _damage;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly StorageMetrics? _metrics;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();

    // Guarded by _gate, which is not held while the log is called.
    private readonly QueueSchedule _schedule;
    private List<HeldEvent> _held = [];
    private long _heldBytes;
    private QueueLog? _log;
    private Task? _moving; // the log is being opened or closed
    private int _appending;
    private int _handling;
    private long _emptySince;
    private bool _started;
    private bool _compacting;
    private bool _disposed;
    private TaskCompletionSource? _drained;

    public InvocationQueue(Function function, string folder, long maxBytes, QueueFate fate, EventClock ages, FoundDamage damage, TimeProvider clock, ILogger logger, StorageMetrics? metrics = null)
    {
        (_function, _folder, _maxBytes, _fate, _ages, _damage, _clock, _logger, _metrics) = (function, folder, maxBytes, fate, ages, damage, clock, logger, metrics);
        _schedule = new QueueSchedule(function.MaxEventAge);
        _timer = clock.CreateTimer(static queue => ((InvocationQueue)queue!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Events that are not done: those that run included.</summary>
    public long Count
    {
        get
        {
            lock (_gate)
            {
                return _schedule.Count + _held.Count;
            }
        }
    }

    /// <summary>Events that run, or are being delivered or given up.</summary>
    public int Handling
    {
        get
        {
            lock (_gate)
            {
                return _handling;
            }
        }
    }

    /// <summary>Events that failed, could not be run or could not be delivered, and wait for their next try.</summary>
    public int Retrying
    {
        get
        {
            lock (_gate)
            {
                return _schedule.Retrying;
            }
        }
    }

    /// <returns>Those that wait for their next try, the soonest first.</returns>
    public IReadOnlyList<QueueRetry> NextRetries(int most)
    {
        lock (_gate)
        {
            var (now, today) = (_ages.Now, _clock.GetUtcNow());
            return
            [
                .. _schedule.All.Where(entry => entry.IsRetry).OrderBy(entry => entry.Due).Take(most).Select(entry => new QueueRetry(
                    entry.IsDelivery ? "delivery" : "run", entry.IsDelivery ? entry.Throttles + 1 : entry.Failures + 1, entry.Throttles, today + (entry.Due - now))),
            ];
        }
    }

    /// <summary>How long the oldest event has been in the queue.</summary>
    public TimeSpan OldestAge
    {
        get
        {
            lock (_gate)
            {
                return _schedule.OldestTakenAt is { } taken && _ages.Now - taken is var age && age > TimeSpan.Zero ? age : TimeSpan.Zero;
            }
        }
    }

    /// <summary>The function may run more at a time than before, or its events may grow older.</summary>
    public void LimitChanged()
    {
        lock (_gate)
        {
            _schedule.AgesChanged();
        }

        Pump();
    }

    /// <summary>Begins to run what is kept. May be called again.</summary>
    public void Start()
    {
        lock (_gate)
        {
            _started = true;
            if (_log is null && _moving is null && !_disposed && Directory.Exists(_folder))
            {
                BeginOpen();
            }
        }

        Pump();
    }

    /// <summary>Copies the event before it returns, and does not wait for the disk, so that it may be called on the broker's loop.</summary>
    /// <returns>Completes when the event is durable.</returns>
    /// <exception cref="FunctionThrottledException">The queue is full, or the disk.</exception>
    /// <exception cref="FunctionUnavailableException">The function is being closed, or what is kept of its queue cannot be opened.</exception>
    public ValueTask Enqueue(QueuedInvocation invocation, ReadOnlySpan<byte> payload)
    {
        invocation = invocation with { TakenAt = (long)_ages.Now.TotalMilliseconds };
        var headers = invocation.ToBytes();
        QueueLog log;
        lock (_gate)
        {
            if (_disposed)
            {
                throw new FunctionUnavailableException(_function.Name, "the gateway is stopping");
            }

            if (_schedule.Count + _held.Count >= MaxEvents)
            {
                throw new FunctionThrottledException(_function.Name, $"{MaxEvents} events are in its queue") { IsQueue = true };
            }

            if (_log is null)
            {
                return new ValueTask(Hold(invocation, headers, payload));
            }

            log = _log;
            _appending++;
        }

        return log.WaitDurableAsync(Append(log, invocation, headers, payload));
    }

    /// <summary>Closes the log when nothing runs any more; the function's workers have been stopped. May be called again.</summary>
    public async ValueTask DisposeAsync()
    {
        Task drained;
        while (Moving() is { } moving)
        {
            await moving;
        }

        lock (_gate)
        {
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            drained = _drained.Task;
            TellIfDrained();
        }

        await drained;
        await _timer.DisposeAsync();
        if (_log is not null)
        {
            await _log.DisposeAsync();
        }
    }

    /// <summary>Closes the queue and removes what is in it.</summary>
    /// <returns>How many events there were.</returns>
    public async Task<long> DiscardAsync()
    {
        await DisposeAsync();
        var count = Count;
        QueueFolders.Remove(_folder);
        return count;
    }

    /// <summary>No event is taken any more.</summary>
    private Task? Moving()
    {
        lock (_gate)
        {
            _disposed = true;
            return _moving;
        }
    }

    private long Append(QueueLog log, QueuedInvocation invocation, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> payload)
    {
        QueueEntry? entry = null;
        try
        {
            entry = invocation.ToEntry(log.Append(headers, payload), headers.Length + payload.Length, _ages);
            return entry.Offset;
        }
        finally
        {
            lock (_gate)
            {
                _appending--;
                if (entry is not null)
                {
                    _schedule.Add(entry);
                }

                TellIfDrained();
            }

            if (entry is not null && log.DurableOffset > entry.Offset)
            {
                Pump(); // it was on the disk before it was in the schedule
            }
        }
    }

    /// <summary>Starts whatever may run now. Any thread; quick.</summary>
    private void Pump() => Pump(handled: 0);

    /// <inheritdoc cref="Pump()"/>
    /// <param name="handled">So many are done with: whoever sees that also finds the timer set for what waits.</param>
    private void Pump(int handled)
    {
        List<QueueEntry> begun = [];
        QueueLog? log;
        lock (_gate)
        {
            _handling -= handled;
            TellIfDrained();
            log = _log;
            if (log is null || !_started || _disposed)
            {
                return;
            }

            _schedule.Durable(log.DurableOffset);
            TimeSpan now;
            do
            {
                now = _ages.Now;
                while (_schedule.Next(now, _schedule.RestBytes >= MostRestBytes ? 0 : Math.Max(1, _function.MaxConcurrency), MaxDelivering) is { } entry)
                {
                    begun.Add(entry);
                    _handling++;
                }

                SetTimer(now);
            }
            while (_schedule.NextTime() is { } next && next > now && next <= _ages.Now); // the time came while the timer was being set for it
        }

        foreach (var entry in begun)
        {
            _ = Task.Run(() => HandleAsync(log, entry));
        }
    }

    private void SetTimer(TimeSpan now)
    {
        if (_schedule.Count == 0)
        {
            _emptySince = _clock.GetTimestamp();
            _timer.Change(IdleTime, Timeout.InfiniteTimeSpan);
        }
        else if (_schedule.NextTime() is { } next)
        {
            _timer.Change(TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling((next - now).TotalMilliseconds), 1, int.MaxValue - 1)), Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            if (_schedule.Count == 0 && _appending == 0 && _handling == 0 && !_compacting && _log is not null && !_disposed && _clock.GetElapsedTime(_emptySince) >= IdleTime)
            {
                var log = _log;
                _log = null;
                _moving = Task.Run(() => CloseAsync(log));
                return;
            }
        }

        Pump();
    }

    private async Task HandleAsync(QueueLog log, QueueEntry entry)
    {
        try
        {
            if (entry.Rest is { } rest)
            {
                await ApplyAsync(log, entry, await rest());
                return;
            }

            if (log.Read(entry.ReadFrom) is not var (queued, payload))
            {
                Remove(log, entry); // the disk refused it, and who brought it was told
                return;
            }

            queued = queued with { Failures = entry.Failures, Throttles = entry.Throttles };
            await ApplyAsync(log, entry, await _fate.DecideAsync(_function, queued, payload, entry.Expired));
        }
        catch (FunctionUnavailableException) when (_function.IsClosed)
        {
            // The daemon stops: the event stays in the queue and runs after the next start.
        }
        catch (CorruptLogException exception)
        {
            _damage.Tell($"Function {_function.Name}: one event of its queue is damaged and does not run (record {exception.Offset}: {exception.Reason}). {log.KeepDamaged(exception.Segment, _damage)}");
            log.Mark(new QueueMark { Of = entry.Offset, Done = true }); // those behind it are not to wait for it
            Remove(log, entry);
        }
        catch (Exception exception)
        {
            LogFateUnknown(_function.Name, entry.Offset, exception);
            PutBack(entry, AfterFault, entry.Rest, entry.RestBytes);
        }
        finally
        {
            Pump(handled: 1);
            CompactIfNeeded(log);
        }
    }

    private async Task ApplyAsync(QueueLog log, QueueEntry entry, QueueDecision decision)
    {
        if (decision.Delivery is { } delivery)
        {
            await BeginDeliveryAsync(log, entry, delivery, decision);
        }
        else if (decision.Wait is { } wait)
        {
            (entry.Failures, entry.Throttles) = (decision.Failures, decision.Throttles);
            PutBack(entry, wait, decision.Rest, decision.Rest is null ? 0 : decision.Record.Length);
            log.Mark(new QueueMark { Of = entry.Offset, Failures = entry.Failures, Throttles = entry.Throttles, Due = (long)entry.Due.TotalMilliseconds });
        }
        else
        {
            log.Mark(new QueueMark { Of = entry.Offset, Done = true });
            Remove(log, entry);
        }
    }

    /// <summary>The destination did not take it now: from here on the record stands for the event, which is not run again.</summary>
    private async Task BeginDeliveryAsync(QueueLog log, QueueEntry entry, QueuedInvocation delivery, QueueDecision decision)
    {
        QueueEntry next;
        try
        {
            var kept = delivery with { Replaces = entry.Offset, TakenAt = (long)_ages.Now.TotalMilliseconds, Due = (long)(_ages.Now + decision.Wait!.Value).TotalMilliseconds };
            var offset = log.Replace(kept, decision.Record.Span);
            await log.WaitDurableAsync(offset);
            next = kept.ToEntry(offset, decision.Record.Length, _ages);
        }
        catch (Exception exception) when (exception is FunctionThrottledException or LogFailedException)
        {
            LogHeld(_function.Name, entry.Offset, exception.Message);
            var again = delivery with { Throttles = 0 }; // as for the first time: what it comes to is still to be kept
            PutBack(entry, AfterFault, () => _fate.DecideAsync(_function, again, decision.Record, entry.Expired), decision.Record.Length);
            return;
        }

        next.State = QueueEntryState.Waiting;
        long? oldest;
        lock (_gate)
        {
            _schedule.Remove(entry);
            _schedule.Add(next);
            oldest = _schedule.Oldest?.ReadFrom;
        }

        log.TrimTo(oldest ?? log.DurableOffset);
    }

    private void PutBack(QueueEntry entry, TimeSpan wait, Func<Task<QueueDecision>>? rest, int restBytes)
    {
        lock (_gate)
        {
            entry.Due = _ages.Now + wait;
            _schedule.Keep(entry, rest, restBytes);
            _schedule.PutBack(entry);
        }
    }

    private void Remove(QueueLog log, QueueEntry entry)
    {
        long? oldest;
        lock (_gate)
        {
            _schedule.Remove(entry);
            oldest = _schedule.Oldest?.ReadFrom;
        }

        log.TrimTo(oldest ?? log.DurableOffset);
    }

    private void TellIfDrained()
    {
        if (_disposed && _handling == 0 && _appending == 0 && !_compacting)
        {
            _drained?.TrySetResult();
        }
    }
}
