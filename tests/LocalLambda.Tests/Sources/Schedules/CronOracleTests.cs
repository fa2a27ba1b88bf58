using FsCheck;
using FsCheck.Fluent;
using Roost.LocalLambda.Sources.Schedules;

namespace Roost.LocalLambda.Tests.Sources.Schedules;

/// <summary>The next time of any cron expression is the one that a look at every single minute finds.</summary>
internal sealed class CronOracleTests
{
    private static readonly TimeSpan Window = TimeSpan.FromDays(9);

    /// <summary>Zones whose clocks go by an hour, by half an hour, at midnight, and by a whole day; and starts around those moments.</summary>
    private static readonly (string Zone, DateTimeOffset Around)[] Moments =
    [
        ("UTC", Utc(2024, 2, 27)),
        ("Europe/Berlin", Utc(2026, 3, 29)),
        ("Europe/Berlin", Utc(2026, 10, 25)),
        ("America/New_York", Utc(2026, 3, 8)),
        ("America/New_York", Utc(2026, 11, 1)),
        ("Australia/Lord_Howe", Utc(2026, 4, 4)),
        ("Australia/Lord_Howe", Utc(2026, 10, 3)),
        ("America/Santiago", Utc(2026, 4, 5)),
        ("America/Santiago", Utc(2026, 9, 6)),
        ("Asia/Kathmandu", Utc(2026, 12, 31)),
        ("Pacific/Apia", Utc(2011, 12, 30)),
    ];

    [Test]
    public void The_next_time_is_what_a_look_at_every_minute_finds()
    {
        var cases =
            from minutes in Field(0, 59, "*", "0/7", "*/20", "30")
            from hours in Field(0, 23, "*", "*", "0-3", "1,2", "*/5")
            from days in Gen.OneOf(
                Field(1, 31, "*", "*", "L", "LW", "1W", "15W", "31W", "28-31", "1/4").Select(day => (Month: day, Week: "?")),
                Field(1, 7, "*", "L", "6L", "SUN", "MON-FRI", "2#1", "1#5", "7#4").Select(day => (Month: "?", Week: day)))
            from month in Field(1, 12, "*", "*", "*", "MAR", "OCT-DEC")
            from moment in Gen.Elements(Moments)
            from offset in Gen.Choose(-4 * 24 * 3600, 24 * 3600)
            select (Text: $"cron({minutes} {hours} {days.Month} {month} {days.Week} *)", moment.Zone, After: moment.Around.AddSeconds(offset));

        Prop.ForAll(cases.ToArbitrary(), sample =>
        {
            var zone = TimeZoneInfo.FindSystemTimeZoneById(sample.Zone);
            if (!ScheduleExpression.TryParse(sample.Text, zone, out var expression, out var fault))
            {
                return fault.StartsWith("never comes", StringComparison.Ordinal).Label($"{sample}: {fault}");
            }

            var next = expression.Next(sample.After, sample.After);
            var expected = Oracle(sample.Text, zone, sample.After);
            return (expected is null ? next is null || next > sample.After + Window : next == expected).Label($"{sample}: {next:o} instead of {expected:o}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    /// <summary>Looks at one minute after the other, and leaves out what clocks have shown before.</summary>
    private static DateTimeOffset? Oracle(string text, TimeZoneInfo zone, DateTimeOffset after)
    {
        var fields = text[5..^1].Split(' ');
        var shown = new HashSet<DateTime>();
        var begin = new DateTimeOffset(after.Year, after.Month, after.Day, 0, 0, 0, TimeSpan.Zero).AddDays(-1);
        for (var time = begin; time <= after + Window; time = time.AddMinutes(1))
        {
            var wall = TimeZoneInfo.ConvertTime(time, zone).DateTime;
            if (shown.Add(wall) && time > after
                && Holds(fields[0], wall.Minute, 0, []) && Holds(fields[1], wall.Hour, 0, []) && Holds(fields[3], wall.Month, 1, CronField.Month.Names)
                && (fields[2] == "?" ? HoldsDayOfWeek(fields[4], wall) : HoldsDayOfMonth(fields[2], wall)))
            {
                return time;
            }
        }

        return null;
    }

    private static bool Holds(string field, int value, int first, string[] names) => field.Split(',').Any(part =>
    {
        var (range, step) = part.Split('/') is [var before, var behind] ? (before, int.Parse(behind)) : (part, 0);
        var ends = range == "*" ? [first, int.MaxValue] : range.Split('-').Select(Value).ToArray();
        var last = ends.Length == 2 ? ends[1] : step > 0 ? int.MaxValue : ends[0];
        return value >= ends[0] && value <= last && (value - ends[0]) % Math.Max(step, 1) == 0;

        int Value(string text) => Array.IndexOf(names, text) is >= 0 and var index ? first + index : int.Parse(text);
    });

    private static bool HoldsDayOfMonth(string field, DateTime day)
    {
        var last = DateTime.DaysInMonth(day.Year, day.Month);
        var month = Enumerable.Range(1, last).Select(number => new DateTime(day.Year, day.Month, number)).ToList();
        var weekdays = month.Where(date => date.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday)).ToList();
        return field switch
        {
            "L" => day.Day == last,
            "LW" => day.Date == weekdays[^1],
            [.., 'W'] => int.Parse(field[..^1]) is var wanted && wanted <= last && day.Date == weekdays.OrderBy(date => Math.Abs(date.Day - wanted)).First(),
            _ => Holds(field, day.Day, 1, []),
        };
    }

    private static bool HoldsDayOfWeek(string field, DateTime day)
    {
        var number = (int)day.DayOfWeek + 1;
        return field switch
        {
            "L" => number == 7,
            [var wanted, 'L'] => number == wanted - '0' && day.AddDays(7).Month != day.Month,
            [var wanted, '#', var count] => number == wanted - '0' && (day.Day - 1) / 7 == count - '1',
            _ => Holds(field, number, 1, CronField.DayOfWeek.Names),
        };
    }

    private static Gen<string> Field(int first, int last, params string[] usual) => Gen.OneOf(
        Gen.Elements(usual),
        Gen.Choose(first, last).Select(value => $"{value}"),
        from low in Gen.Choose(first, last)
        from high in Gen.Choose(low, last)
        from single in Gen.Choose(first, last)
        select $"{low}-{high},{single}",
        from low in Gen.Choose(first, last)
        from step in Gen.Choose(1, last)
        select $"{low}/{step}");

    private static DateTimeOffset Utc(int year, int month, int day) => new(year, month, day, 0, 0, 0, TimeSpan.Zero);
}
