namespace Roost.LocalLambda.Sources.Schedules;

/// <summary>One schedule on the <see cref="Scheduler"/>, which guards it with its gate.</summary>
internal sealed class ScheduleEntry(string function, string rule, ScheduleTrigger trigger, ScheduleExpression expression, ScheduleState state)
{
    /// <summary>A clock that is set back by more than this was wrong before: schedules go on from what it shows now.</summary>
    public static readonly TimeSpan LargestStepBack = TimeSpan.FromHours(3);

    /// <summary>A run that is later than this counts as missed.</summary>
    public static readonly TimeSpan Punctual = TimeSpan.FromMinutes(1);

    public string Function { get; } = function;

    public string Rule { get; } = rule;

    public ScheduleTrigger Trigger { get; } = trigger;

    public ScheduleExpression Expression { get; } = expression;

    /// <summary>What tells one schedule from another that has taken its name.</summary>
    public string Identity { get; } = IdentityOf(trigger);

    /// <summary>As it is kept.</summary>
    public ScheduleState State { get; set; } = state;

    /// <summary>What times are counted from: <see cref="State"/>, unless the clock makes no sense with it.</summary>
    public ScheduleState Base { get; private set; } = state;

    /// <summary>The run that is being handed over; null while there is none.</summary>
    public Task? Running { get; set; }

    /// <summary>Timestamp before which a run that could not be handed over is not tried again.</summary>
    public long NotBefore { get; set; }

    public static string IdentityOf(ScheduleTrigger trigger) => trigger.TimeZone is { } zone ? $"{trigger.Expression} {zone}" : trigger.Expression;

    /// <summary>The next time, which has come where it is not after <paramref name="now"/>; null when there is none any more.</summary>
    public DateTimeOffset? Due(DateTimeOffset now)
    {
        if (State.Last - now <= LargestStepBack)
        {
            Base = State;
        }
        else if (Base == State || Base.Last > now)
        {
            // Either what is kept was noted under a wrong clock, or this one is wrong until it is set: what is kept stays until there is a run.
            Base = ScheduleState.StartingAt(now);
        }

        var due = Expression.Next(Base.Last, Base.Anchor);
        if (Expression is RateSchedule rate && due - now > rate.Interval)
        {
            State = Base = ScheduleState.StartingAt(now); // the clock was set back a little: nobody waits longer than the interval for it
            due = now + rate.Interval;
        }

        return due;
    }
}
