using System.Collections;
using System.Numerics;

namespace Roost.LocalLambda.Sources.Schedules;

/// <summary>
/// <c>cron(minutes hours day-of-month month day-of-week year)</c> by the clocks of a zone. As EventBridge Scheduler has it: what clocks that are
/// set forward jump over does not run, and what clocks that are set back show twice runs once, the first time.
/// </summary>
internal sealed record CronSchedule(string Text, TimeZoneInfo Zone) : ScheduleExpression(Text)
{
    public const int FirstYear = 1970;
    public const int LastYear = 2199;

    internal required BitArray Minutes { get; init; }

    internal required BitArray Hours { get; init; }

    internal required BitArray Months { get; init; }

    internal required BitArray Years { get; init; }

    internal required CronDays Days { get; init; }

    public override DateTimeOffset? Next(DateTimeOffset after, DateTimeOffset anchor)
    {
        var start = WallTime.Of(after, Zone);
        foreach (var day in DaysFrom(start.Date))
        {
            foreach (var wall in TimesOf(day, start))
            {
                // Times grow with what the wall shows, but for those shown twice: of them the first counts, which may be over.
                if (WallTime.ToUtc(wall, Zone) is { } time && time > after)
                {
                    return time;
                }
            }
        }

        return null;
    }

    public static CronSchedule? TryParse(string text, string inner, TimeZoneInfo zone, out string? fault)
    {
        var fields = inner.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 6)
        {
            fault = $"has {fields.Length} fields; write six: minutes hours day-of-month month day-of-week year, as in cron(0 12 * * ? *)";
            return null;
        }

        if (CronField.Minutes.TryParse(fields[0], out fault) is not { } minutes
            || CronField.Hours.TryParse(fields[1], out fault) is not { } hours
            || CronField.Month.TryParse(fields[3], out fault) is not { } months
            || CronDays.TryParse(fields[2], fields[4], out fault) is not { } days
            || CronField.Year.TryParse(fields[5], out fault) is not { } years)
        {
            return null;
        }

        var cron = new CronSchedule(text, zone) { Minutes = minutes, Hours = hours, Months = months, Years = years, Days = days };
        fault = cron.DaysFrom(new DateTime(FirstYear, 1, 1)).Any() ? null : "never comes, because no month of its years has such a day; look at fields 3, 4 and 5";
        return fault is null ? cron : null;
    }

    private IEnumerable<DateTime> DaysFrom(DateTime first)
    {
        for (var year = Math.Max(first.Year, FirstYear); year <= LastYear; year++)
        {
            for (var month = year == first.Year ? first.Month : 1; month <= 12 && Years[year - FirstYear]; month++)
            {
                var mask = Months[month - 1] ? Days.In(year, month) : 0;
                for (; mask != 0; mask &= mask - 1)
                {
                    var day = new DateTime(year, month, BitOperations.TrailingZeroCount(mask));
                    if (day >= first)
                    {
                        yield return day;
                    }
                }
            }
        }
    }

    private IEnumerable<DateTime> TimesOf(DateTime day, DateTime start)
    {
        for (var hour = day == start.Date ? start.Hour : 0; hour < 24; hour++)
        {
            for (var minute = day == start.Date && hour == start.Hour ? start.Minute : 0; minute < 60 && Hours[hour]; minute++)
            {
                if (Minutes[minute])
                {
                    yield return day.AddMinutes((hour * 60) + minute);
                }
            }
        }
    }
}
