using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Roost.Shadow.Requests;
using Roost.Tests.Support;

namespace Roost.Shadow.Tests.Requests;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ShadowThrottleTests : IDisposable
{
    private const int Bytes = 16 * 1024;

    private readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ManualTimeProvider _clock = new();

    public void Dispose() => _meters.Dispose();

    [Test]
    public void A_client_may_have_so_many_unanswered_requests_for_a_thing_and_gets_room_with_each_answer()
    {
        var throttle = Create(maxInflight: 10);
        for (var i = 0; i < 10; i++)
        {
            Assert.That(Enter(throttle, "T", "robot"));
        }

        Assert.That(Enter(throttle, "T", "robot"), Is.False);
        Assert.That(Enter(throttle, "U", "robot"), "another thing");
        Assert.That(Enter(throttle, "T", "other"), "another client");
        throttle.Leave("T", "robot", Bytes);
        Assert.That(Enter(throttle, "T", "robot"));
        Assert.That(Enter(throttle, "T", "robot"), Is.False);
    }

    [Test]
    public void The_daemon_itself_may_have_any_number_in_flight()
    {
        var throttle = Create(maxInflight: 1);
        for (var i = 0; i < 100; i++)
        {
            Assert.That(Enter(throttle, "T", null));
        }

        throttle.Leave("T", null, Bytes);
    }

    [Test]
    public void A_thing_may_get_a_seconds_worth_at_once_and_then_its_rate()
    {
        var throttle = Create(rate: 20);
        Assert.That(Enumerable.Range(0, 25).Count(_ => Enter(throttle, "T", "robot")), Is.EqualTo(20));
        Assert.That(Enter(throttle, "U", "robot"), "another thing has its own");

        _clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.That(Enumerable.Range(0, 25).Count(i => i % 2 == 0 ? Enter(throttle, "T", $"c{i}") : throttle.MayAsk(ShadowOperation.Get, "T")), Is.EqualTo(2), "whoever asks, and however");
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.That(Enumerable.Range(0, 25).Count(_ => throttle.MayAsk(ShadowOperation.Get, "T")), Is.EqualTo(20), "no more is saved up");
    }

    [Test]
    public void A_refused_request_counts_for_nothing()
    {
        var throttle = Create(maxInflight: 1, rate: 2);
        Assert.That(Enter(throttle, "T", "robot"));
        Assert.That(Enter(throttle, "T", "robot"), Is.False, "in flight");
        throttle.Leave("T", "robot", Bytes);
        Assert.That(Enter(throttle, "T", "robot"), "what was refused took nothing of the rate");
        throttle.Leave("T", "robot", Bytes);
        Assert.That(Enter(throttle, "T", "robot"), Is.False, "too fast");
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(Enter(throttle, "T", "robot"), "and what was too fast is not in flight");
    }

    [Test]
    public void Rates_of_things_that_are_quiet_are_forgotten()
    {
        var throttle = Create(rate: 50);
        for (var i = 0; i < 100_000; i++)
        {
            Assert.That(throttle.MayAsk(ShadowOperation.Get, $"t{i}"));
            _clock.Advance(TimeSpan.FromMilliseconds(1)); // of 20 things at a time the rate matters
        }

        Assert.That(throttle.RatesKept, Is.LessThanOrEqualTo(1024));
    }

    [Test]
    public void A_client_takes_a_part_of_the_room_only_over_however_many_things()
    {
        var throttle = Create();
        var taken = Enumerable.Range(0, 1000).TakeWhile(i => Enter(throttle, $"t{i}", "flood")).Count();

        Assert.That(taken, Is.EqualTo(ShadowThrottle.MaxBytesOfClient / Bytes));
        Assert.That(Enter(throttle, "t1", "robot"), "another client has its own part");
        Assert.That(Enter(throttle, "t1", null), "and the daemon");
        throttle.Leave("t0", "flood", Bytes);
        Assert.That(Enter(throttle, "t0", "flood"));
        Assert.That(Enter(throttle, "t0", "flood"), Is.False);
    }

    [Test]
    public void Without_limits_nothing_is_refused_or_kept()
    {
        var throttle = Create();

        Assert.That(Enumerable.Range(0, 100).Count(_ => Enter(throttle, "T", "robot")), Is.EqualTo(100));
        Assert.That(throttle.RatesKept, Is.Zero);
    }

    private static bool Enter(ShadowThrottle throttle, string thing, string? client) => throttle.TryEnter(ShadowOperation.Update, thing, client, Bytes);

    private ShadowThrottle Create(int maxInflight = 0, int rate = 0) => new(
        new ShadowOptions { MaxInflight = maxInflight, RatePerThing = rate }, _clock, new ShadowMetrics(_meters.GetRequiredService<IMeterFactory>()));
}
