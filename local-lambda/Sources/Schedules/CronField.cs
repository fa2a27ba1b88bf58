using System.Collections;
using System.Globalization;

namespace Roost.LocalLambda.Sources.Schedules;

/// <summary>One of the six fields of a cron expression: its place, its values, and how they are written.</summary>
/// <param name="Names">Of the values from <paramref name="First"/> on; empty where there are only numbers.</param>
internal sealed record CronField(int Number, string Name, int First, int Last, string[] Names)
{
    public static readonly CronField Minutes = new(1, "minutes", 0, 59, []);
    public static readonly CronField Hours = new(2, "hours", 0, 23, []);
    public static readonly CronField DayOfMonth = new(3, "day-of-month", 1, 31, []);
    public static readonly CronField Month = new(4, "month", 1, 12, ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]);
    public static readonly CronField DayOfWeek = new(5, "day-of-week", 1, 7, ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]);
    public static readonly CronField Year = new(6, "year", CronSchedule.FirstYear, CronSchedule.LastYear, []);

    private string Range => Names.Length == 0 ? $"{First} to {Last}" : $"{First} to {Last}, or {Names[0]} to {Names[^1]}";

    /// <summary>Reads a list of values, ranges and steps.</summary>
    /// <returns>The values, counted from <see cref="First"/> on; null with a fault.</returns>
    public BitArray? TryParse(string text, out string? fault)
    {
        var set = new BitArray(Last - First + 1);
        foreach (var part in text.Split(','))
        {
            if (FaultOfPart(part, set) is { } found)
            {
                fault = Fault(text, found);
                return null;
            }
        }

        fault = null;
        return set;
    }

    public string Fault(string text, string remedy) => $"field {Number} ({Name}) is '{text}'; {remedy}";

    /// <summary>One value: a number or a name.</summary>
    public bool TryParseValue(string text, out int value)
    {
        var name = Array.FindIndex(Names, candidate => candidate.Equals(text, StringComparison.OrdinalIgnoreCase));
        value = First + name;
        return name >= 0 || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= First && value <= Last);
    }

    private string? FaultOfPart(string part, BitArray set)
    {
        var slash = part.IndexOf('/', StringComparison.Ordinal);
        var range = slash < 0 ? part : part[..slash];
        var step = 1;
        if (slash >= 0 && (!int.TryParse(part[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out step) || step < 1 || step > Last))
        {
            return $"behind / stands a step of 1 to {Last}: {First}/2";
        }

        var dash = range.IndexOf('-', StringComparison.Ordinal);
        int from, to;
        if (range == "*")
        {
            (from, to) = (First, Last);
        }
        else if (dash >= 0)
        {
            if (!TryParseValue(range[..dash], out from) || !TryParseValue(range[(dash + 1)..], out to))
            {
                return $"'{range}' is no range; use {Range}";
            }

            if (from > to)
            {
                return $"'{range}' runs backwards; write two ranges: {from}-{Last},{First}-{to}";
            }
        }
        else if (TryParseValue(range, out from))
        {
            to = slash < 0 ? from : Last;
        }
        else
        {
            return $"'{range}' is none of its values; use {Range}, * for all, with , - and / between";
        }

        for (var value = from; value <= to; value += step)
        {
            set[value - First] = true;
        }

        return null;
    }
}
