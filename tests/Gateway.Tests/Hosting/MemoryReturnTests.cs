using Roost.Gateway.Hosting;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Hosting;

public sealed class MemoryReturnTests
{
    private const long MiB = 1024 * 1024;

    private MemoryReturn _memory = null!;

    [SetUp]
    public void SetUp() => _memory = new MemoryReturn(new ManualTimeProvider());

    [TearDown]
    public void TearDown() => _memory.Dispose();

    [Test]
    public void Quiet_after_a_burst_is_worth_one_collection_and_not_a_second_one()
    {
        Assert.That(_memory.IsWorthwhile(100 * MiB, 50 * MiB), Is.False, "still busy");
        Assert.That(_memory.IsWorthwhile(101 * MiB, 50 * MiB), Is.True, "quiet");
        Assert.That(_memory.IsWorthwhile(102 * MiB, 20 * MiB), Is.False, "collected before");
    }

    [Test]
    public void A_start_is_worth_one_and_what_does_little_after_it_is_left_alone()
    {
        Assert.That(_memory.IsWorthwhile(10 * MiB, 8 * MiB), Is.False, "still starting");
        Assert.That(_memory.IsWorthwhile(11 * MiB, 8 * MiB), Is.True, "started");
        Assert.That(_memory.IsWorthwhile(20 * MiB, 8 * MiB), Is.False, "it did little");
        Assert.That(_memory.IsWorthwhile(21 * MiB, 8 * MiB), Is.False, "and is quiet again");
    }

    [Test]
    public void A_heap_full_of_messages_is_not_moved()
    {
        Assert.That(_memory.IsWorthwhile(900 * MiB, 400 * MiB), Is.False);
        Assert.That(_memory.IsWorthwhile(901 * MiB, 400 * MiB), Is.False);
        Assert.That(_memory.IsWorthwhile(902 * MiB, 90 * MiB), Is.True, "they have been delivered");
    }
}
