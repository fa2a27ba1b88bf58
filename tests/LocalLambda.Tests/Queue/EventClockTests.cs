using Roost.LocalLambda.Queue;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Queue;

/// <summary>The clock on the wall may show anything, before, between and during runs; events grow old by the time that passes while the gateway runs.</summary>
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

    [TestCase(7)]
    [TestCase(24 * 365)]
    [TestCase(-56 * 365 * 24)]
    public void The_time_that_the_gateway_was_off_does_not_count_whatever_the_wall_shows_then(int hours)
    {
        var wall = new SetClock(s_now);
        var taken = Run(wall, TimeSpan.FromMinutes(10));
        wall.Wall += TimeSpan.FromHours(hours);

        using var next = new EventClock(Path, wall);
        wall.Pass(TimeSpan.FromSeconds(30));

        Assert.That(next.Now - taken, Is.EqualTo(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(30)));
    }

    [Test]
    public void The_clock_of_a_former_release_goes_on_without_its_time_on_the_wall()
    {
        File.WriteAllText(Path, "81234 2026-11-20T22:00:00.0000000+00:00");

        using var next = new EventClock(Path, new SetClock(s_now));

        Assert.That(next.Now, Is.EqualTo(TimeSpan.FromMilliseconds(81234)));
    }

    [Test]
    public void A_crash_costs_at_most_a_minute()
    {
        var wall = new SetClock(s_now);
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
    [TestCase("-5")]
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
