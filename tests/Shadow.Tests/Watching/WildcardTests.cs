using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
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
    [TestCase("ab*ba", "aba", false, Description = "begin and end do not overlap")]
    [TestCase("*aab*", "aaab", true)]
    [TestCase("*abab*c", "abaababc", true)]
    public void Star_stands_for_any_characters(string pattern, string text, bool expected) =>
        Assert.That(new Wildcard(pattern).Matches(text), Is.EqualTo(expected));

    [Test]
    public void A_pattern_matches_what_the_same_regular_expression_does()
    {
        var texts = Gen.Elements('a', 'b').ArrayOf();
        var patterns = Gen.Elements('a', 'b', 'a', 'b', '*').ArrayOf();
        Prop.ForAll(Arb.From(patterns), Arb.From(texts), (pattern, text) =>
            new Wildcard(new string(pattern)).Matches(text) == Regex.IsMatch(new string(text), "^" + new string(pattern).Replace("*", ".*", StringComparison.Ordinal) + "$", RegexOptions.NonBacktracking))
            .QuickCheckThrowOnFailure();
    }

    [TestCase(1, Description = "one literal that almost fits at each place")]
    [TestCase(64, Description = "many stars")]
    [CancelAfter(20_000)]
    public void No_pattern_makes_a_long_text_expensive(int literals, CancellationToken cancellationToken)
    {
        var literal = new string('a', 3900 / literals / 2) + "b" + new string('a', 3900 / literals / 2);
        var pattern = new Wildcard(string.Concat(Enumerable.Repeat("*" + literal, literals)) + "*");
        var text = new string('a', 8192);
        for (var i = 0; i < 2000; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Assert.That(pattern.Matches(text), Is.False);
        }
    }
}
