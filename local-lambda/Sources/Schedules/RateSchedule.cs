using System.Globalization;

namespace Roost.LocalLambda.Sources.Schedules;

/// <summary><c>rate(5 minutes)</c>: every so often, counted from when it was first seen, whatever clocks and calendars do.</summary>
internal sealed record RateSchedule(string Text, TimeSpan Interval) : ScheduleExpression(Text)
{
    private const int MaxDays = 3650;

    public override DateTimeOffset? Next(DateTimeOffset after, DateTimeOffset anchor)
    {
        var passed = after < anchor ? -1 : (after - anchor).Ticks / Interval.Ticks;
        return anchor + (Interval * Math.Max(1, passed + 1));
    }

    public static RateSchedule? TryParse(string text, string inner, out string? fault)
    {
        var parts = inner.Split(' ');
        if (parts is not [var number, var unit] || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value == 0)
        {
            fault = $"'{inner}' is no rate; write a whole number from 1 on, a space and a unit: rate(5 minutes)";
            return null;
        }

        var one = unit switch
        {
            "minute" or "minutes" => TimeSpan.FromMinutes(1),
            "hour" or "hours" => TimeSpan.FromHours(1),
            "day" or "days" => TimeSpan.FromDays(1),
            _ => TimeSpan.Zero,
        };
        fault = one == TimeSpan.Zero ? $"'{unit}' is no unit of a rate; use minutes, hours or days"
            : value == 1 && unit.EndsWith('s') ? $"1 takes the singular; write rate(1 {unit[..^1]})"
            : value > 1 && !unit.EndsWith('s') ? $"{value} takes the plural; write rate({value} {unit}s)"
            : value > TimeSpan.FromDays(MaxDays) / one ? $"is longer than {MaxDays} days; use cron(...) with a year"
            : null;
        return fault is null ? new RateSchedule(text, one * value) : null;
    }
}
