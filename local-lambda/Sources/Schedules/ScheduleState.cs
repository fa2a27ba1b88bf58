namespace Roost.LocalLambda.Sources.Schedules;

/// <summary>How far a schedule has come.</summary>
/// <param name="Anchor">When it was first seen: a rate counts from it.</param>
/// <param name="Last">The last of its times that ran, or was passed over; no time up to it runs again.</param>
internal sealed record ScheduleState(DateTimeOffset Anchor, DateTimeOffset Last)
{
    public static ScheduleState StartingAt(DateTimeOffset now) => new(now, now);
}
