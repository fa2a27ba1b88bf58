using Roost.Mqtt.Connections;

namespace Roost.Mqtt.Tests.Broker;

public sealed class TokenBucketTests
{
    [Test]
    public void A_burst_of_one_second_goes_through_and_the_next_one_waits()
    {
        var bucket = default(TokenBucket);
        for (var i = 0; i < 100; i++)
        {
            Assert.That(bucket.Take(1, 100, 5000), Is.Zero);
        }

        Assert.That(bucket.Take(1, 100, 5000), Is.EqualTo(10));
        Assert.That(bucket.Take(1, 100, 5020), Is.Zero, "two more were earned, one was owed");
    }

    [Test]
    public void In_the_long_run_the_rate_is_kept()
    {
        var bucket = default(TokenBucket);
        long now = 0;
        var taken = 0;
        while (now < 100_000)
        {
            taken++;
            now += bucket.Take(1, 7, now);
        }

        Assert.That(taken, Is.InRange(700, 709));
    }

    [Test]
    public void What_is_larger_than_the_burst_goes_through_and_is_paid_for_afterwards()
    {
        var bucket = default(TokenBucket);
        Assert.That(bucket.Take(256 * 1024, 1024, 0), Is.EqualTo(255_000));
    }

    [Test]
    public void A_pause_earns_no_more_than_one_burst()
    {
        var bucket = default(TokenBucket);
        bucket.Take(100, 100, 0);
        Assert.That(bucket.IsFull(3_600_000), Is.True);
        Assert.That(bucket.Take(101, 100, 3_600_000), Is.EqualTo(10));
    }
}
