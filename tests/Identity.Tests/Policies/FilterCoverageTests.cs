using FsCheck;
using FsCheck.Fluent;
using Roost.Identity.Policies.Access;
using Roost.Identity.Policies.Matching;
using Roost.Mqtt;

namespace Roost.Identity.Tests.Policies;

public sealed class FilterCoverageTests
{
    private static readonly string[] _topics = [.. Texts(4).Where(text => TopicName.TryParse(text, out _))];

    /// <summary>Against every topic of up to four characters, which is more than random patterns of this size need to differ.</summary>
    [Test]
    public void It_agrees_with_looking_at_every_topic()
    {
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), static seed =>
        {
            var random = new Random(seed);
            var filter = SomeFilter(random);
            var allowed = SomePatterns(random, 4);
            var denied = SomePatterns(random, 1);
            var coverage = FilterCoverage.Of(filter, Rights(allowed, denied));
            var refused = _topics.FirstOrDefault(topic => filter.Matches(TopicName.Parse(topic)) && !Allows(allowed, denied, topic));
            return coverage.IsCovered
                ? refused is null
                : coverage.Counterexample is { } topic && filter.Matches(TopicName.Parse(topic)) && !Allows(allowed, denied, topic);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [TestCase("robots/#", "robots/*", ExpectedResult = "robots")]
    [TestCase("robots/#", "robots*", ExpectedResult = null)]
    [TestCase("robots/+", "robots/*", ExpectedResult = null)]
    [TestCase("robots/+/x", "robots/*", ExpectedResult = null)]
    [TestCase("robots/a", "robots/?", ExpectedResult = null)]
    [TestCase("robots/+", "robots/?", ExpectedResult = "robots/")]
    [TestCase("+/x", "*/x", ExpectedResult = null)]
    [TestCase("#", "*", ExpectedResult = null)]
    [TestCase("#", "?*", ExpectedResult = null)]
    [TestCase("a/b", "", ExpectedResult = "a/b")]
    public string? A_topic_is_named_that_is_not_allowed(string filter, string allowed) => FilterCoverage.Of(TopicFilter.Parse(filter), Rights([allowed], [])).Counterexample;

    [Test]
    public void Patterns_together_can_cover_what_none_covers_alone()
    {
        Assert.That(FilterCoverage.Of(TopicFilter.Parse("robots/#"), Rights(["robots", "robots/*"], [])).IsCovered, Is.True);
        Assert.That(FilterCoverage.Of(TopicFilter.Parse("a/+"), Rights(["a/", "a/?", "a/??*"], [])).IsCovered, Is.True);
    }

    [Test]
    public void A_deny_that_meets_the_filter_anywhere_counts()
    {
        var coverage = FilterCoverage.Of(TopicFilter.Parse("robots/+/state"), Rights(["*"], ["robots/vac-13/*"]));

        Assert.That(coverage.Counterexample, Is.EqualTo("robots/vac-13/state"));
    }

    [Test]
    public void A_deny_that_cannot_meet_the_filter_does_not()
    {
        Assert.That(FilterCoverage.Of(TopicFilter.Parse("robots/+/state"), Rights(["*"], ["robots/*/secret", "site/*"])).IsCovered, Is.True);
        Assert.That(FilterCoverage.Of(TopicFilter.Parse("#"), Rights(["*"], ["$SYS/*"])).IsCovered, Is.True, "wildcards do not match what begins with $");
    }

    /// <summary>The smallest automaton that could decide it has a million states.</summary>
    [Test]
    public void What_would_take_too_long_to_know_is_not_granted()
    {
        var coverage = FilterCoverage.Of(TopicFilter.Parse("#"), Rights(["*"], [$"*a{new string('?', 40)}z"]));

        Assert.That(coverage, Is.EqualTo(new FilterCoverage(false, null)));
        Assert.That(FilterCoverage.Of(TopicFilter.Parse(new string('a', 60_000)), Rights(["a*"], [])).IsCovered, Is.False);
    }

    private static TopicFilter SomeFilter(Random random)
    {
        while (true)
        {
            var levels = Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Pick(random, "a", "b", "$", "", "+"));
            if (TopicFilter.TryParse(string.Join('/', random.Next(2) == 0 ? levels : levels.Take(2).Append("#")), out var filter))
            {
                return filter;
            }
        }
    }

    private static List<string> SomePatterns(Random random, int most) =>
        [.. Enumerable.Range(0, random.Next(most + 1)).Select(_ => string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => Pick(random, "a", "b", "$", "/", "*", "?", "*"))))];

    private static string Pick(Random random, params string[] texts) => texts[random.Next(texts.Length)];

    private static ActionRights Rights(List<string> allowed, List<string> denied) => new(PatternSet.Of(allowed.Select(Pattern)), PatternSet.Of(denied.Select(Pattern)));

    private static WildcardPattern Pattern(string text) => new(text.Replace('*', PatternCode.Any).Replace('?', PatternCode.One));

    private static bool Allows(List<string> allowed, List<string> denied, string topic) =>
        allowed.Exists(pattern => NaiveMatcher.Matches(pattern, topic)) && !denied.Exists(pattern => NaiveMatcher.Matches(pattern, topic));

    private static IEnumerable<string> Texts(int length) =>
        length == 0 ? [""] : Texts(length - 1).SelectMany(text => text.Length < length - 1 ? [text] : (string[])[text, .. "ab/$x".Select(next => text + next)]);
}
