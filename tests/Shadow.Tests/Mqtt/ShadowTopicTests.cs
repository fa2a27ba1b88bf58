using Roost.Mqtt;
using Roost.Shadow.Mqtt;
using Roost.Shadow.Requests;

namespace Roost.Shadow.Tests.Mqtt;

internal sealed class ShadowTopicTests
{
    private static readonly string[] Prefixes = ["$aws/things/T/shadow", "$aws/things/T/shadow/name/S", "$aws/things/name/shadow/name/name", "$aws/things/shadow/shadow/name/shadow"];

    [Test]
    public void Requests_match_exactly_one_filter_and_answers_none([ValueSource(nameof(Prefixes))] string prefix)
    {
        foreach (var verb in new[] { "get", "update", "delete" })
        {
            Assert.That(Matches($"{prefix}/{verb}"), Is.EqualTo(1), verb);
            foreach (var answer in new[] { "accepted", "rejected", "delta", "documents" })
            {
                Assert.That(ShadowTopic.TryParse(TopicName.Parse($"{prefix}/{verb}/{answer}"), out _, out _, out _), Is.False);
                Assert.That(Matches($"{prefix}/{verb}/{answer}"), Is.Zero, $"{verb}/{answer}");
            }
        }
    }

    [TestCase("$aws/things/T/shadow/update", "T", null)]
    [TestCase("$aws/things/a:b_c-1/shadow/name/$package/update", "a:b_c-1", "$package")]
    [TestCase("$aws/things/T/shadow/name//update", "T", "")]
    public void Names_are_read_from_their_levels(string topic, string thing, string? name)
    {
        Assert.That(ShadowTopic.TryParse(TopicName.Parse(topic), out var actualThing, out var actualName, out var operation));
        Assert.That((actualThing, actualName, operation), Is.EqualTo((thing, name, ShadowOperation.Update)));
    }

    [TestCase("$aws/things/T/shadow/name")]
    [TestCase("$aws/things/T/shadow/Get")]
    [TestCase("$aws/things/T/shadow/")]
    [TestCase("$aws/things/T/shadow/name/S/list")]
    public void What_the_filters_let_through_besides_is_no_request(string topic) =>
        Assert.That(ShadowTopic.TryParse(TopicName.Parse(topic), out _, out _, out _), Is.False);

    private static int Matches(string topic) => new[] { ShadowTopic.ClassicRequests, ShadowTopic.NamedRequests }.Count(filter => filter.Matches(TopicName.Parse(topic)));
}
