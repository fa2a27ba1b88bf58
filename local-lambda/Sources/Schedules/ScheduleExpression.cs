using System.Diagnostics.CodeAnalysis;

namespace Roost.LocalLambda.Sources.Schedules;

/// <summary>When a schedule runs, as EventBridge writes it: <c>rate(5 minutes)</c>, <c>cron(0 12 * * ? *)</c> or <c>at(2026-12-24T18:00:00)</c>.</summary>
internal abstract record ScheduleExpression(string Text)
{
    /// <summary>The first time after <paramref name="after"/>; null when none comes any more.</summary>
    /// <param name="after">Any time.</param>
    /// <param name="anchor">When the schedule was first seen: a rate counts from it.</param>
    public abstract DateTimeOffset? Next(DateTimeOffset after, DateTimeOffset anchor);

    /// <summary>The last time that is not after <paramref name="now"/>, which is <paramref name="due"/> or comes after it.</summary>
    /// <param name="due">A time of this schedule, at or before <paramref name="now"/>.</param>
    public DateTimeOffset Latest(DateTimeOffset due, DateTimeOffset now, DateTimeOffset anchor)
    {
        // From ever farther back, so that years of missed minutes are not counted one by one.
        for (var back = TimeSpan.FromHours(1); ; back *= 8)
        {
            var from = now - due > back ? now - back : due;
            if (from == due || Next(from, anchor) <= now)
            {
                var latest = due;
                for (var next = from == due ? due : Next(from, anchor); next <= now; next = Next(next.Value, anchor))
                {
                    latest = next.Value;
                }

                return latest;
            }
        }
    }

    /// <summary>Reads again what has been read before.</summary>
    /// <exception cref="TimeZoneNotFoundException">The machine has lost the zone.</exception>
    public static ScheduleExpression Parse(string text, string? zone) =>
        TryParse(text, zone is null ? null : TimeZoneInfo.FindSystemTimeZoneById(zone), out var expression, out var fault) ? expression : throw new FormatException($"{text}: {fault}.");

    /// <param name="zone">In which cron and at are meant; null is UTC.</param>
    /// <param name="fault">What is wrong, where in the expression, and what to write.</param>
    public static bool TryParse(string text, TimeZoneInfo? zone, [NotNullWhen(true)] out ScheduleExpression? expression, [NotNullWhen(false)] out string? fault)
    {
        expression = null;
        var open = text.IndexOf('(', StringComparison.Ordinal);
        if (open < 0 || !text.EndsWith(')'))
        {
            fault = "write rate(5 minutes), cron(0 12 * * ? *) or at(2026-12-24T18:00:00)";
            return false;
        }

        var inner = text[(open + 1)..^1];
        switch (text[..open])
        {
            case "rate" when zone is not null:
                fault = "a rate has no time zone; leave timezone out, or use cron(...)";
                return false;
            case "rate":
                expression = RateSchedule.TryParse(text, inner, out fault);
                break;
            case "cron":
                expression = CronSchedule.TryParse(text, inner, zone ?? TimeZoneInfo.Utc, out fault);
                break;
            case "at":
                expression = AtSchedule.TryParse(text, inner, zone ?? TimeZoneInfo.Utc, out fault);
                break;
            case var other:
                fault = $"'{other}' is no kind of schedule; write rate(...), cron(...) or at(...)";
                return false;
        }

        return expression is not null;
    }
}
