using FsCheck;
using FsCheck.Fluent;
using Roost.Hardware.Gpio.Pulses;

namespace Roost.Hardware.Tests.Gpio.Pulses;

internal sealed class PulseTrainTests
{
    [Test]
    public void A_period_begins_active_and_ends_inactive()
    {
        var train = new PulseTrain(period: 1000, duty: 0.25);

        Assert.That(train.At(5_000), Is.EqualTo((true, 5_250L)));
        Assert.That(train.At(5_249), Is.EqualTo((true, 5_250L)));
        Assert.That(train.At(5_250), Is.EqualTo((false, 6_000L)));
        Assert.That(train.At(6_000), Is.EqualTo((true, 6_250L)));
    }

    [Test]
    public void Who_comes_late_goes_on_with_the_present_period()
    {
        var train = new PulseTrain(period: 1000, duty: 0.5);
        train.At(0);

        Assert.That(train.At(12_700), Is.EqualTo((false, 13_000L)));
    }

    [Test]
    public void A_new_duty_keeps_the_phase()
    {
        var train = new PulseTrain(period: 1000, duty: 0.5);
        train.At(100);

        Assert.That(train.With(1000, 0.75).At(800), Is.EqualTo((true, 850L)));
        Assert.That(train.With(500, 0.5).At(800), Is.EqualTo((true, 1_050L)));
    }

    [Test]
    public void The_share_of_active_time_is_the_duty_and_each_turn_goes_forward() => Prop.ForAll<byte, ushort, uint>((share, length, begin) =>
    {
        var period = 1_000L + length;
        var duty = (share + 1) / 257.0;
        var train = new PulseTrain(period, duty);
        long now = begin, active = 0;
        for (var i = 0; i < 20; i++)
        {
            var (isActive, until) = train.At(now);
            if (until <= now)
            {
                return false;
            }

            active += isActive ? until - now : 0;
            now = until;
        }

        return now - begin == 10 * period && Math.Abs(active - (10 * period * duty)) <= 10;
    }).QuickCheckThrowOnFailure();
}
