using System.Globalization;

namespace Roost.LocalLambda.Sources.Schedules;

/// <summary><c>at(2026-12-24T18:00:00)</c>: once.</summary>
internal sealed record AtSchedule(string Text, DateTimeOffset At) : ScheduleExpression(Text)
{
    public override DateTimeOffset? Next(DateTimeOffset after, DateTimeOffset anchor) => At > after ? At : null;

    public static AtSchedule? TryParse(string text, string inner, TimeZoneInfo zone, out string? fault)
    {
        fault = null;
        if (!DateTime.TryParseExact(inner, "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var wall))
        {
            fault = $"'{inner}' is no time; write year-month-dayThours:minutes:seconds, without a zone: at(2026-12-24T18:00:00)";
        }
        else if (wall.Year is < CronSchedule.FirstYear or > CronSchedule.LastYear)
        {
            fault = $"'{inner}' is out of range; use the years {CronSchedule.FirstYear} to {CronSchedule.LastYear}";
        }
        else if (WallTime.ToUtc(wall, zone) is { } at)
        {
            return new AtSchedule(text, at);
        }
        else
        {
            fault = $"'{inner}' does not exist in {zone.Id}, where clocks are set forward over it; use an hour later";
        }

        return null;
    }
}
