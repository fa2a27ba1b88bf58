using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Roost.LocalLambda.Sources;

namespace Roost.LocalLambda.Tests.Sources;

internal sealed class GlobTests
{
    [TestCase("vac-*", "vac-01", true)]
    [TestCase("vac-*", "vac-", true)]
    [TestCase("vac-*", "van-01", false)]
    [TestCase("robot-+", "robot-7/arm", true)]
    [TestCase("vac-?", "vac-1", true)]
    [TestCase("vac-?", "vac-12", false)]
    [TestCase("*", "", true)]
    [TestCase("vac", "vac-1", false)]
    public void A_pattern_takes_names(string pattern, string name, bool matches) => Assert.That(Glob.IsMatch(pattern, name), Is.EqualTo(matches));

    [Test]
    public void It_agrees_with_a_regular_expression()
    {
        var texts = from length in Gen.Choose(0, 8) from text in Gen.ArrayOf(Gen.Elements('a', 'b', '/'), length) select new string(text);
        var patterns = from length in Gen.Choose(0, 6) from text in Gen.ArrayOf(Gen.Elements('a', 'b', '/', '*', '+', '?'), length) select new string(text);
        Prop.ForAll(patterns.Zip(texts).ToArbitrary(), pair =>
        {
            var expression = $"^{Regex.Escape(pair.Item1).Replace("\\*", ".*").Replace("\\+", ".*").Replace("\\?", ".")}$";
            return Glob.IsMatch(pair.Item1, pair.Item2) == Regex.IsMatch(pair.Item2, expression, RegexOptions.Singleline, TimeSpan.FromSeconds(5));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Test]
    public void A_hostile_pattern_takes_no_time() =>
        Assert.That(Glob.IsMatch(string.Concat(Enumerable.Repeat("*a", 60)) + "b", new string('a', 4096)), Is.False);
}
