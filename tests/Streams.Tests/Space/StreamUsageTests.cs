namespace Roost.Streams.Tests.Space;

public sealed class StreamUsageTests
{
    [TestCase(100, 1000L, 2000, 100, false)]
    [TestCase(100, 1000L, 500, 100, true)]
    [TestCase(100, 1000L, 50, 100, true)]
    [TestCase(1000, 1000L, 500, 100, false)]
    [TestCase(100, null, 500, 100, true)]
    public void Whether_the_disk_or_the_limit_is_short_is_known(long bytes, long? most, long free, long reserve, bool byDisk) =>
        Assert.That(new StreamUsage(bytes, most, free, reserve, Refusal: null).IsLimitedByDisk, Is.EqualTo(byDisk));
}
