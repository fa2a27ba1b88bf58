using Microsoft.Extensions.Logging;

namespace Roost.LocalLambda.Sources.Schedules;

/// <summary>
/// Runs all schedules with one timer, for whichever is due next. A run is handed to the function's durable queue, then its time is noted as
/// the last one: so a time that was missed, for whatever reason, runs once, and a crash between the two makes it run twice, with the same id.
/// </summary>
internal sealed partial class Scheduler : IAsyncDisposable
{
    /// <summary>Timers do not see that the clock was set or the machine slept: it is looked at so often, while there is anything to wait for.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly List<ScheduleEntry> _entries = [];
    private readonly IFunctionInvoker _invoker;
    private readonly ScheduleTable _table;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ITimer _timer;

    public Scheduler(IFunctionInvoker invoker, ScheduleTable table, TimeProvider clock, ILogger logger)
    {
        (_invoker, _table, _clock, _logger) = (invoker, table, clock, logger);
        _timer = clock.CreateTimer(_ => RunDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>No run is being handed over.</summary>
    internal bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _entries.TrueForAll(entry => entry.Running is null);
            }
        }
    }

    /// <param name="due">When the rule runs next, or was to run where it is late; null when it is over.</param>
    /// <returns>False for a rule that is not among those that run.</returns>
    public bool TryFindNext(string rule, out DateTimeOffset? due)
    {
        lock (_gate)
        {
            var entry = _entries.Find(entry => entry.Rule == rule);
            due = entry?.Due(_clock.GetUtcNow());
            return entry is not null;
        }
    }

    /// <summary>Takes up a schedule where it was left, or begins it.</summary>
    public async Task<ScheduleEntry> AddAsync(string function, string rule, ScheduleTrigger trigger)
    {
        var expression = ScheduleExpression.Parse(trigger.Expression, trigger.TimeZone);
        var identity = ScheduleEntry.IdentityOf(trigger);
        if (_table.Find(rule, identity) is not { } state)
        {
            state = ScheduleState.StartingAt(_clock.GetUtcNow());
            await _table.WriteAsync(rule, identity, state);
            if (expression.Next(state.Last, state.Anchor) is null)
            {
                LogPast(function, trigger.Expression);
            }
        }

        var entry = new ScheduleEntry(function, rule, trigger, expression, state);
        lock (_gate)
        {
            _entries.Add(entry);
        }

        RunDue();
        return entry;
    }

    /// <summary>Ends a schedule; a run that is being handed over is waited for.</summary>
    public async Task RemoveAsync(ScheduleEntry entry)
    {
        Task? running;
        lock (_gate)
        {
            _entries.Remove(entry);
            running = entry.Running;
        }

        if (running is not null)
        {
            await running;
        }
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void RunDue()
    {
        lock (_gate)
        {
            var now = _clock.GetUtcNow();
            var timestamp = _clock.GetTimestamp();
            TimeSpan? wait = null;
            foreach (var entry in _entries)
            {
                if (entry.Running is not null || entry.Due(now) is not { } due)
                {
                    continue;
                }

                var rest = due > now ? due - now : _clock.GetElapsedTime(timestamp, entry.NotBefore);
                if (rest > TimeSpan.Zero)
                {
                    wait = wait < rest ? wait : rest;
                    continue;
                }

                entry.Running = Task.Run(() => RunAsync(entry, due, now));
            }

            // A timer has whole milliseconds; one that fires early would only be set again.
            _timer.Change(wait is null ? Timeout.InfiniteTimeSpan : wait < LongestWait ? wait.Value + TimeSpan.FromMilliseconds(1) : LongestWait, Timeout.InfiniteTimeSpan);
        }
    }

    private async Task RunAsync(ScheduleEntry entry, DateTimeOffset due, DateTimeOffset now)
    {
        var time = entry.Expression.Latest(due, now, entry.Base.Anchor);
        var isLate = now - time > ScheduleEntry.Punctual;
        var notBefore = 0L;
        var state = entry.State;
        try
        {
            if (isLate && entry.Trigger.CatchUp == CatchUp.None)
            {
                LogLeftOut(entry.Function, entry.Expression.Text, due);
            }
            else
            {
                if (isLate || time > due)
                {
                    LogCaughtUp(entry.Function, entry.Expression.Text, due);
                }

                var payload = entry.Trigger.Input is { } input ? System.Text.Encoding.UTF8.GetBytes(input) : ScheduledEvent.Write(entry.Rule, time);
                await _invoker.EnqueueAsync(entry.Function, payload, InvocationContext.Default);
            }

            state = entry.Base with { Last = time };
            await _table.WriteAsync(entry.Rule, entry.Identity, state);
        }
        catch (Exception exception)
        {
            // A full queue, a full disk, a daemon that stops. Where the run was not handed over, it is due still.
            LogNotRun(entry.Function, entry.Expression.Text, exception);
            notBefore = _clock.GetTimestamp() + (long)(RetryAfter.TotalSeconds * _clock.TimestampFrequency);
        }

        lock (_gate)
        {
            (entry.State, entry.NotBefore, entry.Running) = (state, notBefore, null);
        }

        RunDue();
    }

    [LoggerMessage(3200, LogLevel.Warning, "Function {Function}: schedule {Schedule} could not be run and is tried again in 10 s")]
    private partial void LogNotRun(string function, string schedule, Exception exception);

    [LoggerMessage(3201, LogLevel.Information, "Function {Function}: schedule {Schedule} missed its runs since {Since:u}; one stands for all of them")]
    private partial void LogCaughtUp(string function, string schedule, DateTimeOffset since);

    [LoggerMessage(3202, LogLevel.Information, "Function {Function}: schedule {Schedule} missed its runs since {Since:u}; they are left out")]
    private partial void LogLeftOut(string function, string schedule, DateTimeOffset since);

    [LoggerMessage(3203, LogLevel.Warning, "Function {Function}: schedule {Schedule} was over when it was first seen; it will not run")]
    private partial void LogPast(string function, string schedule);
}
