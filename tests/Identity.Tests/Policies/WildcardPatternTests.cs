using FsCheck;
using FsCheck.Fluent;
using Roost.Identity.Policies.Matching;

namespace Roost.Identity.Tests.Policies;

public sealed class WildcardPatternTests
{
    [Test]
    public void It_agrees_with_the_naive_matcher()
    {
        var texts = Gen.Elements("a", "b", "/", "*", "?", "\U0001F916").ListOf().Where(list => list.Count <= 9).Select(string.Concat).ToArbitrary();
        Prop.ForAll(texts, texts, static (pattern, text) => Pattern(pattern).Matches(text) == NaiveMatcher.Matches(pattern, text)).QuickCheckThrowOnFailure();
    }

    [Test]
    public void What_is_behind_a_prefix_agrees_with_the_whole()
    {
        var texts = Gen.Elements("a", "t", "/", "*", "?").ListOf().Where(list => list.Count <= 7).Select(string.Concat).ToArbitrary();
        Prop.ForAll(texts, texts, static (pattern, text) => Pattern(pattern).Behind("t/").Any(rest => rest.Matches(text)) == NaiveMatcher.Matches(pattern, "t/" + text)).QuickCheckThrowOnFailure();
    }

    [Test]
    public void A_set_agrees_with_its_patterns()
    {
        var text = Gen.Elements("a", "b", "/", "*", "?").ListOf().Where(list => list.Count <= 5).Select(string.Concat);
        var sets = text.ListOf().Select(list => list.ToList()).ToArbitrary();
        Prop.ForAll(sets, text.ToArbitrary(), static (patterns, topic) =>
            PatternSet.Of(patterns.Select(Pattern)).Matches(topic) == patterns.Exists(pattern => NaiveMatcher.Matches(pattern, topic))).QuickCheckThrowOnFailure();
    }

    [TestCase("robots/?", "robots/\U0001F916", ExpectedResult = true, Description = "one character, two UTF-16 code units")]
    [TestCase("robots/?", "robots/e\u0301", ExpectedResult = false, Description = "a letter and a mark are two characters")]
    [TestCase("Robots/*", "robots/a", ExpectedResult = false)]
    [TestCase("robots/É", "robots/E\u0301", ExpectedResult = false, Description = "not normalized, as MQTT does not")]
    [TestCase("", "", ExpectedResult = true)]
    [TestCase("*", "", ExpectedResult = true)]
    [TestCase("?", "", ExpectedResult = false)]
    public bool Characters_are_compared_as_they_are(string pattern, string text) => Pattern(pattern).Matches(text);

    /// <summary>A matcher that tries every way to divide the text would take longer than the universe has.</summary>
    [Test]
    public void Many_wildcards_take_no_longer_than_the_lengths_multiplied()
    {
        var pattern = Pattern(string.Concat(Enumerable.Repeat("*a", 500)) + "*b");

        Assert.That(pattern.Matches(new string('a', 60_000)), Is.False);
    }

    private static WildcardPattern Pattern(string text) => new(text.Replace('*', PatternCode.Any).Replace('?', PatternCode.One));
}
