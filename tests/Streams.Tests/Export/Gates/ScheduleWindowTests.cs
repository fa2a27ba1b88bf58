using System.Globalization;
using Roost.Streams.Export.Gates;

namespace Roost.Streams.Tests.Export.Gates;

public sealed class ScheduleWindowTests
{
    // 2026-11-23 is a Monday.
    [TestCase("01:00-05:00", "2026-11-23 01:00", true)]
    [TestCase("01:00-05:00", "2026-11-23 04:59", true)]
    [TestCase("01:00-05:00", "2026-11-23 05:00", false)]
    [TestCase("01:00-05:00", "2026-11-23 00:59", false)]
    [TestCase("22:00-06:00", "2026-11-23 23:00", true)]
    [TestCase("22:00-06:00", "2026-11-24 05:59", true)]
    [TestCase("22:00-06:00", "2026-11-24 06:00", false)]
    [TestCase("fri 22:00-06:00", "2026-11-28 05:00", true, Description = "Saturday's morning is Friday's night")]
    [TestCase("fri 22:00-06:00", "2026-11-27 05:00", false)]
    [TestCase("mon-fri 18:00-24:00", "2026-11-23 23:59", true)]
    [TestCase("mon-fri 18:00-24:00", "2026-11-28 20:00", false)]
    [TestCase("sat,sun 00:00-24:00", "2026-11-29 12:00", true)]
    [TestCase("sat-mon 00:00-24:00", "2026-11-23 12:00", true, Description = "over the end of the week")]
    [TestCase("SAT-MON 00:00-24:00", "2026-11-24 12:00", false)]
    public void It_is_open_from_its_first_minute_to_before_its_last(string window, string time, bool open) =>
        Assert.That(ScheduleWindow.Parse(window).IsOpen(DateTime.Parse(time, CultureInfo.InvariantCulture)), Is.EqualTo(open));

    [TestCase("01:00-05:00", "2026-11-23 00:30", "2026-11-23 01:00")]
    [TestCase("01:00-05:00", "2026-11-23 06:00", "2026-11-24 01:00")]
    [TestCase("sun 10:00-11:00", "2026-11-23 06:00", "2026-11-29 10:00")]
    public void It_knows_when_it_opens_next(string window, string time, string next) =>
        Assert.That(ScheduleWindow.Parse(window).NextOpening(DateTime.Parse(time, CultureInfo.InvariantCulture)), Is.EqualTo(DateTime.Parse(next, CultureInfo.InvariantCulture)));

    [TestCase("")]
    [TestCase("01:00")]
    [TestCase("1-5")]
    [TestCase("01:00-01:00", Description = "always, or never?")]
    [TestCase("24:00-05:00")]
    [TestCase("25:00-26:00")]
    [TestCase("01:60-05:00")]
    [TestCase("01:0-05:00")]
    [TestCase("-1:00-05:00")]
    [TestCase("noday 01:00-05:00")]
    [TestCase("mon-tue-wed 01:00-05:00")]
    [TestCase("mon 01:00-05:00 utc")]
    public void What_is_no_window_is_told(string text)
    {
        Assert.That(ScheduleWindow.TryParse(text, out _), Is.False);
        Assert.That(() => ScheduleWindow.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains("01:00-05:00"));
    }
}
