using Roost.LocalLambda.Queue;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Queue;

/// <summary>The clock on the wall may show anything, before, between and during runs; events grow old by the time that passes.</summary>
internal sealed class EventClockTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private TemporaryFolder _folder = null!;

    private string Path => _folder["event-clock"];

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase(-20 * 365)]
    [TestCase(56 * 365)]
    public void A_clock_that_is_set_while_the_gateway_runs_ages_nothing(int days)
    {
        var wall = new SetClock(s_now);
        using var clock = new EventClock(Path, wall);
        var taken = clock.Now;

        wall.Wall += TimeSpan.FromDays(days);
        wall.Pass(TimeSpan.FromSeconds(5));

        Assert.That(clock.Now - taken, Is.EqualTo(TimeSpan.FromSeconds(5)));
    }

    [Test]
    public void The_time_that_the_gateway_was_off_counts()
    {
        var wall = new SetClock(s_now);
        var taken = Run(wall, TimeSpan.FromMinutes(10));
        wall.Wall += TimeSpan.FromHours(2);

        using var next = new EventClock(Path, wall);

        Assert.That(next.Now - taken, Is.EqualTo(TimeSpan.FromHours(2) + TimeSpan.FromMinutes(10)));
    }

    [Test]
    public void A_machine_that_starts_in_1970_loses_the_time_it_was_off_and_nothing_else()
    {
        var wall = new SetClock(s_now);
        var taken = Run(wall, TimeSpan.FromMinutes(10));
        wall.Wall = DateTimeOffset.UnixEpoch;

        using var next = new EventClock(Path, wall);
        wall.Pass(TimeSpan.FromSeconds(30));
        wall.Wall = s_now + TimeSpan.FromDays(1); // the time server has answered

        Assert.That(next.Now - taken, Is.EqualTo(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(30)));
    }

    [Test]
    public void What_was_taken_by_a_machine_in_1970_is_not_56_years_old_after_its_clock_was_set()
    {
        var wall = new SetClock(DateTimeOffset.UnixEpoch);
        var taken = Run(wall, TimeSpan.FromMinutes(10));
        wall.Wall = s_now;

        using var next = new EventClock(Path, wall);

        Assert.That(next.Now - taken, Is.EqualTo(TimeSpan.FromMinutes(10)));
    }

    [Test]
    public void A_crash_costs_at_most_a_minute()
    {
        var wall = new SetClock(DateTimeOffset.UnixEpoch); // so that the clock on the wall does not help
        var clock = new EventClock(Path, wall);
        var taken = clock.Now;
        wall.Pass(TimeSpan.FromMinutes(60) + TimeSpan.FromSeconds(30));
        var kept = File.ReadAllText(Path);
        clock.Dispose();
        File.WriteAllText(Path, kept); // as it was before the end

        using var next = new EventClock(Path, wall);

        Assert.That(next.Now - taken, Is.InRange(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(60)));
    }

    [TestCase("")]
    [TestCase("soon")]
    [TestCase("99999999999999999999999 2026-11-21T12:00:00Z")]
    public void A_stamp_of_a_clock_that_was_lost_counts_from_the_start(string text)
    {
        var wall = new SetClock(s_now);
        var taken = Run(wall, TimeSpan.FromMinutes(10));
        File.WriteAllText(Path, text);

        using var next = new EventClock(Path, wall);

        Assert.That(next.Believe(TimeSpan.FromDays(100)), Is.EqualTo(next.Start));
        Assert.That(taken, Is.LessThanOrEqualTo(next.Start));
    }

    private TimeSpan Run(SetClock wall, TimeSpan length)
    {
        using var clock = new EventClock(Path, wall);
        var taken = clock.Now;
        wall.Pass(length);
        return taken;
    }

    /// <summary>A wall clock that may be set, beside time that passes.</summary>
    private sealed class SetClock(DateTimeOffset wall) : TimeProvider
    {
        private readonly ManualTimeProvider _time = new();

        public DateTimeOffset Wall { get; set; } = wall;

        public override long TimestampFrequency => _time.TimestampFrequency;

        public void Pass(TimeSpan time)
        {
            Wall += time;
            _time.Advance(time);
        }

        public override DateTimeOffset GetUtcNow() => Wall;

        public override long GetTimestamp() => _time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _time.CreateTimer(callback, state, dueTime, period);
    }
}
