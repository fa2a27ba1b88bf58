using FsCheck;
using FsCheck.Fluent;
using Roost.Hardware.Reporting;

namespace Roost.Hardware.Tests.Reporting;

internal sealed class TellingTests
{
    private static readonly PointRule _rule = new() { MinInterval = Seconds(10), Topic = Roost.Mqtt.TopicName.Parse("t") };

    [Test]
    public void Before_the_first_report_nothing_is_due() => Assert.That(new Telling(_rule with { AtLeastEvery = Seconds(1) }).Due(Seconds(100)), Is.Null);

    [Test]
    public void The_first_value_is_due_at_once_and_the_next_one_after_the_interval()
    {
        var telling = Told(_rule, PointValue.Of(true), at: 100);

        Assert.That(telling.Due(Seconds(101)), Is.Null, "nothing has changed");
        Take(telling, PointValue.Of(false));
        Assert.That(telling.Due(Seconds(101)), Is.EqualTo(Seconds(110)));
    }

    [Test]
    public void What_goes_back_before_it_was_told_is_not_told()
    {
        var telling = Told(_rule, PointValue.Of(true), at: 100);
        Take(telling, PointValue.Of(false));
        Take(telling, PointValue.Of(true));

        Assert.That(telling.Due(Seconds(150)), Is.Null);
    }

    [TestCase(0.5, false, 21.0, 21.5, false)]
    [TestCase(0.5, false, 21.0, 21.51, true)]
    [TestCase(0.5, false, 21.0, 20.49, true)]
    [TestCase(10, true, 200.0, 220.0, false)]
    [TestCase(10, true, 200.0, 220.5, true)]
    [TestCase(10, true, 0.0, 0.001, true, Description = "a percentage of nothing is nothing")]
    [TestCase(0, false, 1.0, 1.0, false)]
    [TestCase(0, false, 1.0, 1.0000001, true)]
    public void A_number_within_the_deadband_of_the_one_told_is_not_told(double amount, bool isPercent, double told, double now, bool isDue)
    {
        var telling = Told(_rule with { Deadband = new Deadband(amount, isPercent) }, PointValue.Of(told), at: 0);
        Take(telling, PointValue.Of(now));

        Assert.That(telling.Due(Seconds(100)).HasValue, Is.EqualTo(isDue));
    }

    [Test]
    public void A_value_that_creeps_is_told_once_it_is_far_from_what_was_told()
    {
        var telling = Told(_rule with { Deadband = new Deadband(1, false) }, PointValue.Of(0.0), at: 0);
        var steps = 0;
        while (telling.Due(Seconds(100)) is null)
        {
            Take(telling, PointValue.Of(0.25 * ++steps));
        }

        Assert.That(steps, Is.EqualTo(5));
    }

    [Test]
    public void A_sensor_that_does_not_answer_any_more_is_told_whatever_the_deadband()
    {
        var telling = Told(_rule with { Deadband = new Deadband(100, false) }, PointValue.Of(20.0), at: 0);
        Take(telling, PointValue.None);

        Assert.That(telling.Due(Seconds(100)), Is.Not.Null);
    }

    [Test]
    public void The_same_value_is_told_again_at_every_beat()
    {
        var telling = Told(_rule with { AtLeastEvery = Seconds(60) }, PointValue.Of(20.0), at: 0);
        Assert.That(telling.Due(Seconds(1)), Is.EqualTo(Seconds(60)));

        telling.Begin(Seconds(60));
        Assert.That((telling.OwesShadow, telling.OwesTopic), Is.EqualTo((true, true)));
        telling.ShadowHas(telling.Value);
        telling.TopicHas(telling.Value);
        Assert.That(telling.Due(Seconds(61)), Is.EqualTo(Seconds(120)));
    }

    [Test]
    public void What_the_shadow_refused_is_owed_to_it_and_not_to_the_topic_again()
    {
        var telling = new Telling(_rule);
        Take(telling, PointValue.Of(1.0));
        telling.Begin(Seconds(0));
        telling.TopicHas(telling.Value);

        Assert.That(telling.Due(Seconds(1)), Is.EqualTo(Seconds(10)));
        telling.Begin(Seconds(10));
        Assert.That((telling.OwesShadow, telling.OwesTopic), Is.EqualTo((true, false)));
    }

    [Test]
    public void An_answer_to_the_shadow_does_not_wait_for_the_interval()
    {
        var telling = Told(_rule, PointValue.Of(false), at: 100);
        Take(telling, PointValue.Of(true));
        telling.Ask();

        Assert.That(telling.Due(Seconds(101)), Is.EqualTo(Seconds(101)));
    }

    [Test]
    public void Who_asks_for_what_the_shadow_has_already_is_not_answered()
    {
        var telling = Told(_rule, PointValue.Of(false), at: 100);
        telling.Ask();

        Assert.That(telling.Due(Seconds(101)), Is.Null);
    }

    [Test]
    public void Who_contradicts_all_the_time_is_answered_once_a_minute_and_never_forgotten()
    {
        var telling = Told(_rule, PointValue.Of(false), at: 100);
        for (var i = 0; i < 3; i++)
        {
            telling.Hold(PointValue.Of(true));
            Assert.That(telling.Due(Seconds(101)), Is.EqualTo(Seconds(160)));
        }

        telling.Begin(Seconds(160));
        Assert.That((telling.OwesShadow, telling.OwesTopic), Is.EqualTo((true, false)));
        telling.ShadowHas(telling.Value);
        telling.Hold(PointValue.None);
        Assert.That(telling.Due(Seconds(161)), Is.EqualTo(Seconds(220)));
    }

    [Test]
    public void A_document_from_before_the_telling_starts_no_argument_once_its_own_has_come()
    {
        var telling = Told(_rule, PointValue.Of(false), at: 100);
        Take(telling, PointValue.Of(true));
        telling.Begin(Seconds(110));
        telling.Hold(PointValue.Of(false));
        telling.ShadowHas(telling.Value);
        telling.TopicHas(telling.Value);
        Assert.That(telling.Due(Seconds(111)), Is.EqualTo(Seconds(170)));
        telling.Hold(PointValue.Of(true));

        Assert.That(telling.Due(Seconds(111)), Is.Null);
    }

    [Test]
    public void A_value_that_cannot_be_a_points_is_no_more_than_an_overwritten_one()
    {
        var telling = Told(_rule, PointValue.None, at: 100);
        telling.Hold(PointValue.None);
        Assert.That(telling.Due(Seconds(101)), Is.Null);

        telling.Hold(null);
        Assert.That(telling.Due(Seconds(101)), Is.EqualTo(Seconds(160)));
    }

    [Test]
    public void After_the_shadow_was_deleted_the_value_is_owed_to_it()
    {
        var telling = Told(_rule, PointValue.Of(false), at: 100);
        telling.Forget();

        Assert.That(telling.Due(Seconds(101)), Is.EqualTo(Seconds(110)));
    }

    /// <summary>Whatever comes and whenever it is told, the last value is told, or is within the deadband of what was told last.</summary>
    [Test]
    public void The_last_value_is_never_lost() => Prop.ForAll<(byte Value, byte Step, bool Refused)[], byte>((reports, width) =>
    {
        var deadband = new Deadband(width % 8, IsPercent: false);
        var telling = new Telling(_rule with { Deadband = deadband, Topic = null });
        var now = TimeSpan.Zero;
        double? shadow = null;
        foreach (var (value, step, refused) in reports)
        {
            Take(telling, PointValue.Of((double)value));
            now += Seconds(step % 7);
            Turn(refused);
        }

        for (var i = 0; i < 10; i++)
        {
            now += Seconds(10);
            Turn(refused: false);
        }

        return reports.Length == 0 ? shadow is null : shadow is { } told && deadband.Holds(told, reports[^1].Value);

        void Turn(bool refused)
        {
            if (telling.Due(now) <= now)
            {
                telling.Begin(now);
                if (telling.OwesShadow && !refused)
                {
                    shadow = telling.Value.AsNumber;
                    telling.ShadowHas(telling.Value);
                }
            }
        }
    }).QuickCheckThrowOnFailure();

    private static Telling Told(PointRule rule, PointValue value, int at)
    {
        var telling = new Telling(rule);
        Take(telling, value);
        Assert.That(telling.Due(Seconds(at)), Is.EqualTo(Seconds(at)));
        telling.Begin(Seconds(at));
        telling.ShadowHas(value);
        telling.TopicHas(value);
        return telling;
    }

    private static void Take(Telling telling, PointValue value) => telling.Take(value, DateTimeOffset.UnixEpoch);

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);
}
