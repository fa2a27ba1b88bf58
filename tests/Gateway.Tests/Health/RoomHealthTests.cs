using Roost.Gateway.Health;

namespace Roost.Gateway.Tests.Health;

internal sealed class RoomHealthTests
{
    [Test]
    public void A_room_without_a_fault_is_up() => Assert.That(RoomHealth.Of("streams", []), Is.EqualTo(new RoomHealth("streams", RoomState.Up)));

    [Test]
    public void No_fault_hides_another()
    {
        var health = RoomHealth.Of("streams", ["a stream is full", "the bucket is not there"]);

        Assert.That((health.State, health.Reason), Is.EqualTo((RoomState.Degraded, "a stream is full")));
        Assert.That(health.Reasons, Is.EqualTo(["a stream is full", "the bucket is not there"]));
    }

    [TestCase(10, 10, "fault 9")]
    [TestCase(11, 11, "and 1 more")]
    [TestCase(1000, 11, "and 990 more")]
    public void Of_very_many_the_first_ten_are_named_and_the_others_counted(int faults, int reasons, string last)
    {
        var health = RoomHealth.Of("streams", Enumerable.Range(0, faults).Select(number => $"fault {number}"));

        Assert.That(health.Reasons, Has.Count.EqualTo(reasons));
        Assert.That(health.Reasons[9], Is.EqualTo("fault 9"));
        Assert.That(health.Reasons[^1], Is.EqualTo(last));
    }
}
