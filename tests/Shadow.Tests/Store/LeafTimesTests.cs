using FsCheck;
using FsCheck.Fluent;
using Roost.Shadow.Store;

namespace Roost.Shadow.Tests.Store;

internal sealed class LeafTimesTests
{
    [Test]
    public void Times_read_back() => Prop.ForAll(ArbMap.Default.ArbFor<long[]>(), times =>
        LeafTimes.Decode(LeafTimes.Encode([.. times]))!.SequenceEqual(times)).QuickCheckThrowOnFailure();

    [Test]
    public void Extremes_read_back()
    {
        List<long> times = [long.MinValue, long.MaxValue, 0, -1, 1_700_000_000];
        Assert.That(LeafTimes.Decode(LeafTimes.Encode(times)), Is.EqualTo(times));
    }

    [Test]
    public void Times_of_one_update_take_a_byte_each() =>
        Assert.That(LeafTimes.Encode([.. Enumerable.Repeat(1_700_000_000L, 100)]), Has.Length.EqualTo(5 + 99));

    [TestCase(new byte[] { 0x80 }, Description = "ends inside a number")]
    [TestCase(new byte[] { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01 }, Description = "longer than 64 bits")]
    public void What_is_no_list_of_times_is_refused(byte[] bytes) => Assert.That(LeafTimes.Decode(bytes), Is.Null);
}
