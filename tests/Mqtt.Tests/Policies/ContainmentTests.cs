using FsCheck;
using FsCheck.Fluent;

namespace Roost.Mqtt.Tests.Policies;

/// <summary>Whether one filter allows another: exactly when it matches everything that the other matches.</summary>
public sealed class ContainmentTests
{
    // z stands in no filter: a topic level that only a wildcard matches.
    private static readonly string[] s_literals = ["", "a", "b", "$s"];
    private static readonly TopicName[] s_topics = [.. Topics(5)];

    [Test]
    public void A_filter_contains_another_exactly_when_it_matches_all_that_the_other_matches() =>
        Prop.ForAll(Filters().Two().ToArbitrary(), static pair =>
        {
            var (allowed, asked) = (pair.Item1, pair.Item2);
            var isContained = s_topics.Where(asked.Matches).All(allowed.Matches);
            return (allowed.Contains(asked) == isContained).Label($"{allowed} contains {asked}: expected {isContained}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [TestCase("#", "a/+/b/#", true)]
    [TestCase("a/#", "a", true, Description = "# matches the parent level too")]
    [TestCase("a/#", "a/#", true)]
    [TestCase("a/+", "a/#", false)]
    [TestCase("a/+/#", "a/#", false, Description = "a itself is not below a")]
    [TestCase("+/#", "#", true, Description = "every topic has a first level")]
    [TestCase("a/b", "a/+", false)]
    [TestCase("#", "$SYS/#", false, Description = "wildcards do not reach into $ topics")]
    [TestCase("+/x", "$SYS/x", false)]
    [TestCase("$SYS/#", "$SYS/+/x", true)]
    [TestCase("/#", "/+", true)]
    [TestCase("/+/#", "/#", true)]
    [TestCase("+", "/", false)]
    public void These_are_known(string allowed, string asked, bool contains) =>
        Assert.That(TopicFilter.Parse(allowed).Contains(TopicFilter.Parse(asked)), Is.EqualTo(contains));

    private static Gen<TopicFilter> Filters()
    {
        var level = Gen.Frequency((3, Gen.Elements(s_literals)), (2, Gen.Constant("+")));
        return from count in Gen.Choose(1, 4)
               from levels in level.ListOf(count)
               from endsInHash in Gen.Elements(true, false)
               let text = string.Join('/', endsInHash ? [.. levels.Skip(1), "#"] : levels)
               where text.Length > 0
               select TopicFilter.Parse(text);
    }

    private static IEnumerable<TopicName> Topics(int depth)
    {
        IEnumerable<string> topics = [.. s_literals, "z"];
        var all = topics.ToList();
        for (var i = 1; i < depth; i++)
        {
            topics = [.. topics.SelectMany(static topic => s_literals.Append("z").Select(level => $"{topic}/{level}"))];
            all.AddRange(topics);
        }

        return all.Where(static topic => topic.Length > 0).Select(TopicName.Parse);
    }
}
