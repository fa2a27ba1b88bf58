using Roost.Gateway.Disks;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Disks;

internal sealed class DailyWindowTests
{
    private readonly ManualTimeProvider _clock = new();

    [Test]
    public void Nothing_is_known_in_the_first_minutes_however_much_was_written()
    {
        var window = new DailyWindow(_clock);
        Assert.That(window.Rate(1_000_000_000), Is.Null, "it has not looked yet");
        window.Note(1_000_000_000);

        _clock.Advance(DailyWindow.Least - TimeSpan.FromSeconds(1));

        Assert.That(window.Rate(2_000_000_000), Is.Null);
    }

    [Test]
    public void A_quarter_of_an_hour_is_told_as_what_it_is()
    {
        var window = new DailyWindow(_clock);
        window.Note(500);
        _clock.Advance(DailyWindow.Least);

        var rate = window.Rate(500 + 1000)!.Value;

        Assert.That(rate.PerDay, Is.EqualTo(96_000).Within(0.001));
        Assert.That(rate.Over, Is.EqualTo(DailyWindow.Least));
    }

    [Test]
    public void After_a_day_only_the_last_day_counts()
    {
        var window = new DailyWindow(_clock);
        var total = 0L;
        for (var look = 0; look < 3 * 288; look++)
        {
            window.Note(total);
            _clock.Advance(DailyWindow.Step);
            total += look < 2 * 288 ? 1_000_000 : 10; // two busy days, then a quiet one
        }

        var rate = window.Rate(total)!.Value;

        Assert.That(rate.Over.TotalHours, Is.EqualTo(24).Within(0.1));
        Assert.That(rate.PerDay, Is.EqualTo(2880).Within(30));
    }

    [Test]
    public void A_burst_is_spread_over_the_whole_day()
    {
        var window = new DailyWindow(_clock);
        for (var look = 0; look < 288; look++)
        {
            window.Note(0);
            _clock.Advance(DailyWindow.Step);
        }

        Assert.That(window.Rate(7_000)!.Value.PerDay, Is.EqualTo(7_000).Within(1));
    }

    [Test]
    public void A_counter_that_begins_anew_makes_it_begin_anew()
    {
        var window = new DailyWindow(_clock);
        window.Note(1_000_000);
        _clock.Advance(TimeSpan.FromHours(5));

        Assert.That(window.Rate(10), Is.Null);
        window.Note(10);
        Assert.That(window.Rate(20), Is.Null);
        _clock.Advance(TimeSpan.FromHours(6));
        Assert.That(window.Rate(20)!.Value.PerDay, Is.EqualTo(40).Within(0.001));
    }

    [Test]
    public void What_cannot_be_read_is_left_out()
    {
        var window = new DailyWindow(_clock);
        window.Note(null);
        window.Note(100);
        _clock.Advance(TimeSpan.FromHours(12));
        window.Note(null);

        Assert.That(window.Rate(null), Is.Null);
        Assert.That(window.Rate(150)!.Value.PerDay, Is.EqualTo(100).Within(0.001));
    }
}
