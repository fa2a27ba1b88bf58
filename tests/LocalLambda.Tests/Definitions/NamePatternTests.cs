using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Tests.Definitions;

internal sealed class NamePatternTests
{
    [TestCase("vac-1", "vac-1", true)]
    [TestCase("vac-1", "vac-12", false)]
    [TestCase("vac-1", "VAC-1", false)]
    [TestCase("*", "", true)]
    [TestCase("vac-*", "vac-", true)]
    [TestCase("vac-*", "arm-1", false)]
    [TestCase("*-1", "vac-1", true)]
    [TestCase("a*b*c", "a1b2c", true)]
    [TestCase("a*b*c", "abbc", true)]
    [TestCase("a*b*c", "acb", false)]
    [TestCase("ab*ba", "aba", false, Description = "the two ends do not share a letter")]
    [TestCase("a**c", "abc", true)]
    public void A_star_stands_for_any_characters(string pattern, string name, bool matches) => Assert.That(new NamePattern(pattern).Matches(name), Is.EqualTo(matches));
}
