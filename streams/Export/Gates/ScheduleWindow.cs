using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Roost.Streams.Export.Gates;

/// <summary>
/// A time of the day, perhaps on some days of the week, in local time: <c>01:00-05:00</c>, <c>22:00-06:00</c>, <c>mon-fri 18:00-24:00</c>,
/// <c>sat,sun 00:00-24:00</c>. One that passes midnight belongs to the day on which it begins.
/// </summary>
internal sealed class ScheduleWindow
{
    public const string Rule = "write it as '01:00-05:00', '22:00-06:00' or 'mon-fri 18:00-24:00'";

    private const int MinutesOfADay = 24 * 60;
    private static readonly string[] s_days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly HashSet<int> _days;
    private readonly int _from;
    private readonly int _minutes;

    private ScheduleWindow(HashSet<int> days, int from, int minutes)
    {
        _days = days;
        _from = from;
        _minutes = minutes;
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out ScheduleWindow? window)
    {
        window = null;
        var parts = text.Trim().ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is < 1 or > 2 || !TryParseDays(parts.Length == 2 ? parts[0] : "sun-sat", out var days))
        {
            return false;
        }

        var times = parts[^1].Split('-');
        if (times.Length != 2 || !TryParseMinute(times[0], out var from) || !TryParseMinute(times[1], out var to) || from == to || from == MinutesOfADay)
        {
            return false;
        }

        window = new ScheduleWindow(days, from, to > from ? to - from : to - from + MinutesOfADay);
        return true;
    }

    /// <exception cref="FormatException">It is no window; the options' validator has said so before.</exception>
    public static ScheduleWindow Parse(string text) => TryParse(text, out var window) ? window : throw new FormatException($"'{text}' is no window; {Rule}.");

    public bool IsOpen(DateTime local)
    {
        var minute = (local.Hour * 60) + local.Minute;
        var today = (int)local.DayOfWeek;
        return (_days.Contains(today) && minute >= _from && minute < _from + _minutes)
            || (_days.Contains((today + 6) % 7) && minute + MinutesOfADay < _from + _minutes);
    }

    /// <summary>When it opens next, after <paramref name="local"/>.</summary>
    public DateTime NextOpening(DateTime local)
    {
        for (var day = local.Date; ; day = day.AddDays(1))
        {
            if (_days.Contains((int)day.DayOfWeek) && day.AddMinutes(_from) > local)
            {
                return day.AddMinutes(_from);
            }
        }
    }

    private static bool TryParseMinute(string text, out int minute)
    {
        minute = 0;
        var parts = text.Split(':');
        if (parts.Length != 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var hour) || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var past))
        {
            return false;
        }

        minute = (hour * 60) + past;
        return past < 60 && minute <= MinutesOfADay && parts[1].Length == 2;
    }

    private static bool TryParseDays(string text, out HashSet<int> days)
    {
        days = [];
        foreach (var part in text.Split(','))
        {
            var ends = part.Split('-');
            var (from, to) = (Array.IndexOf(s_days, ends[0]), Array.IndexOf(s_days, ends[^1]));
            if (ends.Length > 2 || from < 0 || to < 0)
            {
                return false;
            }

            for (var day = from; ; day = (day + 1) % 7)
            {
                days.Add(day);
                if (day == to)
                {
                    break;
                }
            }
        }

        return true;
    }
}
