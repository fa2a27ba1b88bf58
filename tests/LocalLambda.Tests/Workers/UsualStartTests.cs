using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Workers;

namespace Roost.LocalLambda.Tests.Workers;

internal sealed class UsualStartTests
{
    [TestCase(RuntimeFamily.Python, 500)]
    [TestCase(RuntimeFamily.Provided, 500)]
    [TestCase(RuntimeFamily.Node, 1000)]
    public void Before_the_first_start_it_is_a_guess(object family, int milliseconds) =>
        Assert.That(new UsualStart((RuntimeFamily)family).Duration, Is.EqualTo(TimeSpan.FromMilliseconds(milliseconds)));

    [TestCase(new[] { 200 }, 200)]
    [TestCase(new[] { 10 }, 50, Description = "never less than 50 ms")]
    [TestCase(new[] { 300, 100, 200 }, 300)]
    [TestCase(new[] { 100, 200, 300, 400, 500, 600, 700, 800, 900, 9000 }, 900, Description = "one in ten is slower")]
    public void It_is_what_nine_in_ten_starts_need(int[] starts, int milliseconds) => Assert.That(After(starts), Is.EqualTo(milliseconds));

    [Test]
    public void Only_the_newest_starts_count() => Assert.That(After([.. Enumerable.Repeat(9000, 10), .. Enumerable.Repeat(100, 32)]), Is.EqualTo(100));

    private static double After(IEnumerable<int> starts)
    {
        var usual = new UsualStart(RuntimeFamily.Python);
        foreach (var start in starts)
        {
            usual.Add(TimeSpan.FromMilliseconds(start));
        }

        return usual.Duration.TotalMilliseconds;
    }
}
