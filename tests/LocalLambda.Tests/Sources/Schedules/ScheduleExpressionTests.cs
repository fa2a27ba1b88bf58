using System.Globalization;
using Roost.LocalLambda.Sources.Schedules;

namespace Roost.LocalLambda.Tests.Sources.Schedules;

internal sealed class ScheduleExpressionTests
{
    private const string Berlin = "Europe/Berlin";

    [TestCase("cron(0 12 * * ? *)", "2026-01-01T11:59:59Z", "2026-01-01T12:00:00Z")]
    [TestCase("cron(0 12 * * ? *)", "2026-01-01T12:00:00Z", "2026-01-02T12:00:00Z", Description = "after, not at")]
    [TestCase("cron(15 10 ? * 6L 2022-2027)", "2026-01-01T00:00:00Z", "2026-01-30T10:15:00Z", Description = "the last Friday")]
    [TestCase("cron(0 8 1 * ? *)", "2026-01-01T08:00:00Z", "2026-02-01T08:00:00Z")]
    [TestCase("cron(0/15 * * * ? *)", "2026-01-01T10:46:00Z", "2026-01-01T11:00:00Z")]
    [TestCase("cron(5/20 0-6/3 * * ? *)", "2026-01-01T00:45:00Z", "2026-01-01T03:05:00Z")]
    [TestCase("cron(0/5 8-17 ? * MON-FRI *)", "2026-01-02T17:55:00Z", "2026-01-05T08:00:00Z")]
    [TestCase("cron(0 0 ? * 2#1 *)", "2026-01-06T00:00:00Z", "2026-02-02T00:00:00Z", Description = "the first Monday")]
    [TestCase("cron(0 0 ? * TUE#5 *)", "2026-01-01T00:00:00Z", "2026-03-31T00:00:00Z", Description = "a fifth Tuesday is not in every month")]
    [TestCase("cron(0 0 L * ? *)", "2028-02-01T00:00:00Z", "2028-02-29T00:00:00Z")]
    [TestCase("cron(0 0 LW * ? *)", "2026-01-30T00:00:00Z", "2026-02-27T00:00:00Z", Description = "the 28th is a Saturday")]
    [TestCase("cron(0 0 1W * ? *)", "2026-07-31T00:00:00Z", "2026-08-03T00:00:00Z", Description = "the 1st is a Saturday, and the Friday before another month")]
    [TestCase("cron(0 0 31W * ? *)", "2026-05-01T00:00:00Z", "2026-05-29T00:00:00Z", Description = "the 31st is a Sunday, and the Monday after another month")]
    [TestCase("cron(0 0 31W * ? *)", "2026-05-29T00:00:00Z", "2026-07-31T00:00:00Z", Description = "June has no 31st")]
    [TestCase("cron(0 0 15W NOV ? *)", "2026-11-01T00:00:00Z", "2026-11-16T00:00:00Z")]
    [TestCase("cron(0 0 ? * L *)", "2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z", Description = "the last day of the week is Saturday")]
    [TestCase("cron(0 0 29 2 ? *)", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z", Description = "2100 is no leap year")]
    [TestCase("cron(0 0 1 jan,jul ? 2030/3)", "2026-01-01T00:00:00Z", "2030-01-01T00:00:00Z")]
    [TestCase("cron(30 23 31 12 ? 2199)", "2026-01-01T00:00:00Z", "2199-12-31T23:30:00Z")]
    [TestCase("cron(0 0 1 1 ? 2020)", "2026-01-01T00:00:00Z", null)]
    [TestCase("rate(1 minute)", "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z")]
    [TestCase("rate(5 minutes)", "2026-01-01T00:05:00Z", "2026-01-01T00:10:00Z")]
    [TestCase("rate(2 hours)", "2026-01-01T05:00:00Z", "2026-01-01T06:00:00Z")]
    [TestCase("rate(1 day)", "2025-06-01T00:00:00Z", "2026-01-02T00:00:00Z", Description = "never before its first interval")]
    [TestCase("at(2026-12-24T18:00:00)", "2026-01-01T00:00:00Z", "2026-12-24T18:00:00Z")]
    [TestCase("at(2026-12-24T18:00:00)", "2026-12-24T18:00:00Z", null)]
    public void The_next_time_in_UTC(string text, string after, string? next) => AssertNext(text, null, after, next);

    [TestCase("cron(30 2 * * ? *)", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z", Description = "on the 29th clocks go from 2 to 3: left out")]
    [TestCase("cron(30 2 * * ? *)", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", Description = "on the 25th 2:30 comes twice: the first one counts")]
    [TestCase("cron(30 2 * * ? *)", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z", Description = "and the second one does not")]
    [TestCase("cron(0/30 * * * ? *)", "2026-10-25T00:30:00Z", "2026-10-25T02:00:00Z", Description = "2:30 summer time, then 3:00 winter time")]
    [TestCase("cron(0/30 * * * ? *)", "2026-10-25T01:15:00Z", "2026-10-25T02:00:00Z", Description = "asked for in the second hour")]
    [TestCase("cron(0 12 * * ? *)", "2026-07-01T00:00:00Z", "2026-07-01T10:00:00Z")]
    [TestCase("at(2026-12-24T18:00:00)", "2026-01-01T00:00:00Z", "2026-12-24T17:00:00Z")]
    [TestCase("at(2026-10-25T02:30:00)", "2026-01-01T00:00:00Z", "2026-10-25T00:30:00Z")]
    public void The_next_time_by_the_clocks_of_Berlin(string text, string after, string? next) => AssertNext(text, Berlin, after, next);

    [Test]
    public void A_day_that_a_zone_left_out_does_not_run() =>
        AssertNext("cron(0 12 * * ? *)", "Pacific/Apia", "2011-12-29T22:00:00Z", "2011-12-30T22:00:00Z"); // the 29th is followed by the 31st

    [TestCase("rate(5)", "'5' is no rate; write a whole number from 1 on, a space and a unit: rate(5 minutes)")]
    [TestCase("rate(0 minutes)", "'0 minutes' is no rate; ")]
    [TestCase("rate(-5 minutes)", "'-5 minutes' is no rate; ")]
    [TestCase("rate(1.5 hours)", "'1.5 hours' is no rate; ")]
    [TestCase("rate(5  minutes)", "'5  minutes' is no rate; ")]
    [TestCase("rate(1 minutes)", "1 takes the singular; write rate(1 minute)")]
    [TestCase("rate(5 minute)", "5 takes the plural; write rate(5 minutes)")]
    [TestCase("rate(5 seconds)", "'seconds' is no unit of a rate; use minutes, hours or days")]
    [TestCase("rate(2000000000 days)", "is longer than 3650 days; use cron(...) with a year")]
    [TestCase("cron(0 12 * * ?)", "has 5 fields; write six: minutes hours day-of-month month day-of-week year, as in cron(0 12 * * ? *)")]
    [TestCase("cron(0 12 * * * *)", "fields 3 (day-of-month) and 5 (day-of-week) are '*' and '*'; exactly one of them is ?: cron(0 12 * * ? *) or cron(0 12 ? * MON-FRI *)")]
    [TestCase("cron(0 12 ? * ? *)", "fields 3 (day-of-month) and 5 (day-of-week) are '?' and '?'; exactly one of them is ?")]
    [TestCase("cron(60 12 * * ? *)", "field 1 (minutes) is '60'; '60' is none of its values; use 0 to 59, * for all, with , - and / between")]
    [TestCase("cron(0 24 * * ? *)", "field 2 (hours) is '24'; ")]
    [TestCase("cron(? 12 * * ? *)", "field 1 (minutes) is '?'; ")]
    [TestCase("cron(0,,5 12 * * ? *)", "field 1 (minutes) is '0,,5'; '' is none of its values; ")]
    [TestCase("cron(0/0 12 * * ? *)", "field 1 (minutes) is '0/0'; behind / stands a step of 1 to 59: 0/2")]
    [TestCase("cron(/5 12 * * ? *)", "field 1 (minutes) is '/5'; '' is none of its values; ")]
    [TestCase("cron(0/5/2 12 * * ? *)", "field 1 (minutes) is '0/5/2'; behind / stands a step of 1 to 59: 0/2")]
    [TestCase("cron(0 22-2 * * ? *)", "field 2 (hours) is '22-2'; '22-2' runs backwards; write two ranges: 22-23,0-2")]
    [TestCase("cron(0 1-2-3 * * ? *)", "field 2 (hours) is '1-2-3'; '1-2-3' is no range; use 0 to 23")]
    [TestCase("cron(0 12 0 * ? *)", "field 3 (day-of-month) is '0'; ")]
    [TestCase("cron(0 12 L,15 * ? *)", "field 3 (day-of-month) is 'L,15'; use L (the last day), LW (the last weekday) or 15W (the weekday nearest to the 15th), each alone")]
    [TestCase("cron(0 12 32W * ? *)", "field 3 (day-of-month) is '32W'; use L")]
    [TestCase("cron(0 12 * 13 ? *)", "field 4 (month) is '13'; '13' is none of its values; use 1 to 12, or JAN to DEC")]
    [TestCase("cron(0 12 * MON ? *)", "field 4 (month) is 'MON'; ")]
    [TestCase("cron(0 12 ? * 0 *)", "field 5 (day-of-week) is '0'; '0' is none of its values; use 1 to 7, or SUN to SAT")]
    [TestCase("cron(0 12 ? * 2#6 *)", "field 5 (day-of-week) is '2#6'; use 6#3 (the third Friday of the month) or 6L (the last Friday), each alone")]
    [TestCase("cron(0 12 ? * 2#1,3#1 *)", "field 5 (day-of-week) is '2#1,3#1'; use 6#3")]
    [TestCase("cron(0 12 * * ? 1969)", "field 6 (year) is '1969'; '1969' is none of its values; use 1970 to 2199")]
    [TestCase("cron(0 12 30 2 ? *)", "never comes, because no month of its years has such a day; look at fields 3, 4 and 5")]
    [TestCase("cron(0 12 29 FEB ? 2027)", "never comes")]
    [TestCase("at(2026-12-24)", "'2026-12-24' is no time; write year-month-dayThours:minutes:seconds, without a zone: at(2026-12-24T18:00:00)")]
    [TestCase("at(2026-12-24T18:00:00Z)", "'2026-12-24T18:00:00Z' is no time; ")]
    [TestCase("at(2026-02-30T18:00:00)", "'2026-02-30T18:00:00' is no time; ")]
    [TestCase("at(1969-12-24T18:00:00)", "'1969-12-24T18:00:00' is out of range; use the years 1970 to 2199")]
    [TestCase("every(5 minutes)", "'every' is no kind of schedule; write rate(...), cron(...) or at(...)")]
    [TestCase("0 12 * * *", "write rate(5 minutes), cron(0 12 * * ? *) or at(2026-12-24T18:00:00)")]
    [TestCase("rate(5 minutes", "write rate(5 minutes), ")]
    [TestCase("", "write rate(5 minutes), ")]
    public void What_is_no_schedule_is_told_with_its_place_and_what_to_write(string text, string told)
    {
        Assert.That(ScheduleExpression.TryParse(text, null, out _, out var fault), Is.False);
        Assert.That(fault, Does.StartWith(told));
    }

    [Test]
    public void A_time_that_a_zone_leaves_out_is_a_fault()
    {
        Assert.That(ScheduleExpression.TryParse("at(2026-03-29T02:30:00)", TimeZoneInfo.FindSystemTimeZoneById(Berlin), out _, out var fault), Is.False);
        Assert.That(fault, Is.EqualTo("'2026-03-29T02:30:00' does not exist in Europe/Berlin, where clocks are set forward over it; use an hour later"));
    }

    [TestCase("rate(1 minute)", "2026-01-01T00:01:00Z", "2026-06-30T23:59:59Z", "2026-06-30T23:59:00Z")]
    [TestCase("cron(0 12 1 1 ? *)", "2020-01-01T12:00:00Z", "2026-06-30T23:59:59Z", "2026-01-01T12:00:00Z")]
    [TestCase("cron(0 12 1 1 ? *)", "2026-01-01T12:00:00Z", "2026-01-01T12:00:00Z", "2026-01-01T12:00:00Z")]
    [TestCase("cron(* * * * ? *)", "1970-01-01T00:00:00Z", "2026-06-30T23:59:59Z", "2026-06-30T23:59:00Z", Description = "30 million missed minutes are not counted one by one")]
    public void The_last_time_before_now(string text, string due, string now, string latest) =>
        Assert.That(Parse(text, null).Latest(Time(due), Time(now), Time("2026-01-01T00:00:00Z")), Is.EqualTo(Time(latest)));

    internal static ScheduleExpression Parse(string text, string? zone)
    {
        Assert.That(ScheduleExpression.TryParse(text, zone is null ? null : TimeZoneInfo.FindSystemTimeZoneById(zone), out var expression, out var fault), Is.True, fault);
        return expression!;
    }

    private static void AssertNext(string text, string? zone, string after, string? next) =>
        Assert.That(Parse(text, zone).Next(Time(after), Time("2026-01-01T00:00:00Z")), Is.EqualTo(next is null ? null : (DateTimeOffset?)Time(next)));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
