using Roost.Shadow.Watching;

namespace Roost.Shadow.Tests.Watching;

internal sealed class WildcardTests
{
    [TestCase("*", "", true)]
    [TestCase("*", "vac-1", true)]
    [TestCase("", "", true)]
    [TestCase("", "v", false)]
    [TestCase("vac-*", "vac-", true)]
    [TestCase("vac-*", "vac", false)]
    [TestCase("vac-*", "xvac-1", false)]
    [TestCase("*-1", "vac-11", false)]
    [TestCase("*-1", "vac-1-1", true)]
    [TestCase("a*b*c", "a-b-b-c", true)]
    [TestCase("a*b*c", "a-c-b", false)]
    [TestCase("**", "x", true)]
    public void Star_stands_for_any_characters(string pattern, string text, bool expected) =>
        Assert.That(Wildcard.Matches(pattern, text), Is.EqualTo(expected));

    [Test]
    [CancelAfter(5000)]
    public void Many_stars_take_no_more_than_the_product_of_both_lengths() =>
        Assert.That(Wildcard.Matches(string.Concat(Enumerable.Repeat("*a", 64)) + "b", new string('a', 8192)), Is.False);
}
