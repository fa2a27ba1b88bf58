using Roost.Mqtt.Status;

namespace Roost.Mqtt.Tests.Status;

public sealed class LoadAverageTests
{
    [Test]
    public void A_steady_rate_becomes_the_average_of_each_window()
    {
        long total = 0;
        var load = new LoadAverage(() => total);
        for (var i = 0; i < 6 * 60 * 2; i++) // two hours
        {
            total += 100;
            load.Sample(idle: 0, interval: 10_000);
        }

        Assert.That(new[] { load[0], load[1], load[2] }, Is.All.EqualTo(600).Within(0.3));
    }

    [Test]
    public void A_burst_after_a_long_silence_counts_as_a_burst()
    {
        long total = 0;
        var load = new LoadAverage(() => total);
        total = 1000;

        load.Sample(idle: 3_600_000, interval: 10_000);

        // 6,000 a minute for a sixth of a minute.
        Assert.That(load[0], Is.EqualTo(6000 * (1 - Math.Exp(-1.0 / 6))).Within(0.01));
    }

    [Test]
    public void A_minute_of_silence_leaves_the_share_of_each_window()
    {
        long total = 1000;
        var load = new LoadAverage(() => total);
        load.Sample(idle: 0, interval: 10_000);
        var (one, fifteen) = (load[0], load[2]);

        load.Sample(idle: 50_000, interval: 10_000);

        Assert.That(load[0] / one, Is.EqualTo(Math.Exp(-1)).Within(1e-9));
        Assert.That(load[2] / fifteen, Is.EqualTo(Math.Exp(-1.0 / 15)).Within(1e-9));
    }
}
