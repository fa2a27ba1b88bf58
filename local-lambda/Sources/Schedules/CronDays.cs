using System.Collections;
using System.Globalization;

namespace Roost.LocalLambda.Sources.Schedules;

/// <summary>Which days of a month a cron expression means: by their number or by their day of the week, never both.</summary>
internal abstract record CronDays
{
    /// <summary>Bit d stands for day d.</summary>
    public abstract uint In(int year, int month);

    public static CronDays? TryParse(string dayOfMonth, string dayOfWeek, out string? fault)
    {
        if ((dayOfMonth == "?") == (dayOfWeek == "?"))
        {
            fault = $"fields 3 (day-of-month) and 5 (day-of-week) are '{dayOfMonth}' and '{dayOfWeek}'; exactly one of them is ?: cron(0 12 * * ? *) or cron(0 12 ? * MON-FRI *)";
            return null;
        }

        return dayOfWeek == "?" ? OfMonth(dayOfMonth, out fault) : OfWeek(dayOfWeek, out fault);
    }

    private static CronDays? OfMonth(string text, out string? fault)
    {
        var field = CronField.DayOfMonth;
        fault = null;
        if (text is "L" or "LW")
        {
            return new LastDay(text == "LW");
        }

        if (text.EndsWith('W') && field.TryParseValue(text[..^1], out var day))
        {
            return new NearestWeekday(day);
        }

        if (text.AsSpan().ContainsAny('L', 'W', '#'))
        {
            fault = field.Fault(text, "use L (the last day), LW (the last weekday) or 15W (the weekday nearest to the 15th), each alone");
            return null;
        }

        return field.TryParse(text, out fault) is { } days ? new DaysOfMonth(days) : null;
    }

    private static CronDays? OfWeek(string text, out string? fault)
    {
        var field = CronField.DayOfWeek;
        fault = null;
        var hash = text.IndexOf('#', StringComparison.Ordinal);
        if (text == "L")
        {
            return OfWeek("SAT", out fault); // the last day of the week
        }

        if (text.EndsWith('L') && field.TryParseValue(text[..^1], out var last))
        {
            return new LastWeekday((DayOfWeek)(last - 1));
        }

        if (hash > 0 && field.TryParseValue(text[..hash], out var day)
            && int.TryParse(text.AsSpan(hash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= 5)
        {
            return new NthWeekday((DayOfWeek)(day - 1), count);
        }

        if (hash >= 0 || text.EndsWith('L'))
        {
            fault = field.Fault(text, "use 6#3 (the third Friday of the month) or 6L (the last Friday), each alone");
            return null;
        }

        return field.TryParse(text, out fault) is { } days ? new DaysOfWeek(days) : null;
    }

    private static int DayOf(int year, int month, DayOfWeek first) => 1 + ((first - new DateTime(year, month, 1).DayOfWeek + 7) % 7);

    private sealed record DaysOfMonth(BitArray Days) : CronDays
    {
        public override uint In(int year, int month)
        {
            var mask = 0u;
            for (var day = 1; day <= DateTime.DaysInMonth(year, month); day++)
            {
                mask |= Days[day - 1] ? 1u << day : 0;
            }

            return mask;
        }
    }

    private sealed record DaysOfWeek(BitArray Days) : CronDays
    {
        public override uint In(int year, int month)
        {
            var mask = 0u;
            var first = (int)new DateTime(year, month, 1).DayOfWeek;
            for (var day = 1; day <= DateTime.DaysInMonth(year, month); day++)
            {
                mask |= Days[(first + day - 1) % 7] ? 1u << day : 0;
            }

            return mask;
        }
    }

    private sealed record LastDay(bool Weekday) : CronDays
    {
        public override uint In(int year, int month)
        {
            var last = DateTime.DaysInMonth(year, month);
            var back = !Weekday ? 0 : new DateTime(year, month, last).DayOfWeek switch { DayOfWeek.Saturday => 1, DayOfWeek.Sunday => 2, _ => 0 };
            return 1u << (last - back);
        }
    }

    /// <summary>The Monday to Friday nearest to a day, in the same month; none in a month without that day.</summary>
    private sealed record NearestWeekday(int Day) : CronDays
    {
        public override uint In(int year, int month)
        {
            var last = DateTime.DaysInMonth(year, month);
            return Day > last ? 0 : 1u << new DateTime(year, month, Day).DayOfWeek switch
            {
                DayOfWeek.Saturday => Day == 1 ? 3 : Day - 1,
                DayOfWeek.Sunday => Day == last ? Day - 2 : Day + 1,
                _ => Day,
            };
        }
    }

    private sealed record NthWeekday(DayOfWeek Weekday, int Count) : CronDays
    {
        public override uint In(int year, int month)
        {
            var day = DayOf(year, month, Weekday) + (7 * (Count - 1));
            return day > DateTime.DaysInMonth(year, month) ? 0 : 1u << day;
        }
    }

    private sealed record LastWeekday(DayOfWeek Weekday) : CronDays
    {
        public override uint In(int year, int month)
        {
            var first = DayOf(year, month, Weekday);
            return 1u << (first + ((DateTime.DaysInMonth(year, month) - first) / 7 * 7));
        }
    }
}
