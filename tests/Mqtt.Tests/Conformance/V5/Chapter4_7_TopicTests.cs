using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

public sealed class Chapter4_7_TopicTests : V5Fixture
{
    [TestCase("sport/tennis/player1/#", "sport/tennis/player1", true)]
    [TestCase("sport/tennis/player1/#", "sport/tennis/player1/ranking", true)]
    [TestCase("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true)]
    [TestCase("sport/#", "sport", true)]
    [TestCase("sport/#", "sports", false)]
    [TestCase("#", "a/b/c", true)]
    [TestCase("#", "/", true)]
    [TestCase("sport/tennis/+", "sport/tennis/player1", true)]
    [TestCase("sport/tennis/+", "sport/tennis/player1/ranking", false)]
    [TestCase("sport/+", "sport", false)]
    [TestCase("sport/+", "sport/", true)]
    [TestCase("+/tennis/#", "sport/tennis", true)]
    [TestCase("+/tennis/#", "sport/tennis/x/y", true)]
    [TestCase("sport/+/player1", "sport/tennis/player1", true)]
    [TestCase("sport/+/player1", "sport//player1", true)]
    [TestCase("+/+", "/finance", true)]
    [TestCase("/+", "/finance", true)]
    [TestCase("+", "/finance", false)]
    [TestCase("+", "finance", true)]
    [TestCase("+/+/+", "//", true)]
    [TestCase("+/#", "a", true)]
    [TestCase("+/#", "a/", true)]
    [TestCase("a//b", "a//b", true)]
    [TestCase("a/+/b", "a//b", true)]
    [TestCase("a/b", "a//b", false)]
    [Spec("MQTT-4.7.0-1")]
    [Spec("MQTT-4.7.1-1")]
    [Spec("MQTT-4.7.1-2")]
    public async Task Wildcards_match_whole_levels(string filter, string topic, bool matches) => await MatchAsync(filter, topic, matches);

    [TestCase("#", "$data/x", false)]
    [TestCase("+/x", "$data/x", false)]
    [TestCase("+/#", "$data/x", false)]
    [TestCase("+", "$data", false)]
    [TestCase("$data/#", "$data/x", true)]
    [TestCase("$data/+", "$data/x", true)]
    [TestCase("$data/#", "$data", true)]
    [TestCase("a/+", "a/$data", true)]
    [TestCase("a/#", "a/$data/x", true)]
    [TestCase("/#", "/$data", true)]
    [Spec("MQTT-4.7.2-1")]
    public async Task A_wildcard_at_the_beginning_does_not_match_a_dollar(string filter, string topic, bool matches) => await MatchAsync(filter, topic, matches);

    [TestCase("a", "A", false)]
    [TestCase("a", "a ", false)]
    [TestCase("a", "a/", false)]
    [TestCase("a", "/a", false)]
    [TestCase("a b", "a b", true)]
    [TestCase("/", "/", true)]
    [TestCase(" ", " ", true)]
    [TestCase("é", "e\u0301", false, Description = "one character, or two that look the same")]
    [TestCase("\u212B", "\u00C5", false)]
    [TestCase("a\u200B", "a", false)]
    [TestCase("ﬁ", "fi", false)]
    [TestCase("Straße", "STRASSE", false)]
    [TestCase("a%2Fb", "a/b", false)]
    [TestCase("a\\b", "a/b", false)]
    [TestCase("..", "..", true)]
    [TestCase("a/../b", "b", false)]
    [Spec("MQTT-4.7.3-4")]
    public async Task Topics_are_compared_character_by_character(string filter, string topic, bool matches) => await MatchAsync(filter, topic, matches);

    [TestCase("{}")]
    [TestCase("{'#/a'}")]
    [TestCase("{'a/#/b'}")]
    [TestCase("{'a#'}")]
    [TestCase("{'a/b#'}")]
    [TestCase("{'##'}")]
    [TestCase("{'a/##'}")]
    [TestCase("{'#+'}")]
    [TestCase("{'a+'}")]
    [TestCase("{'+a'}")]
    [TestCase("{'a/+b/c'}")]
    [TestCase("{'a/b+/c'}")]
    [TestCase("{'++'}")]
    [Spec("MQTT-4.7.1-1")]
    [Spec("MQTT-4.7.1-2")]
    [Spec("MQTT-4.7.3-1")]
    [Spec("MQTT-3.9.3-2")]
    public async Task A_filter_that_is_none_is_told_0x8F(string filter)
    {
        using var client = await ConnectAsync("c");
        await client.ExchangeAsync($"82 [ 00 01 [] {filter} 00 ]", "90 [ 00 01 [] 8F ]");
    }

    [TestCase("{'a/#/b'}")]
    [TestCase("{'a+'}")]
    [TestCase("{}")]
    [Spec("MQTT-3.11.3-2")]
    public async Task A_filter_that_is_none_is_answered_in_UNSUBACK_too(string filter)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync($"A2 [ 00 01 [] {filter} ]");
        var answer = await client.ReadAsync("UNSUBACK");
        Assert.That(answer.Type, Is.EqualTo(11));
        Assert.That(answer.Bytes[^1], Is.EqualTo(0x8F).Or.EqualTo(0x11));
    }

    [Test]
    [Spec("MQTT-4.7.3-3")]
    public async Task A_topic_and_a_filter_may_be_of_65_535_bytes()
    {
        var topic = new string('t', 65_535);
        using var client = await SubscribedAsync("c", topic, 0);
        await client.ExchangeAsync($"30 [ {{'{topic}'}} [] ]", $"30 [ {{'{topic}'}} [] ]");
    }

    private async Task MatchAsync(string filter, string topic, bool matches)
    {
        using var client = await SubscribedAsync("c", filter, 0);
        await client.SendAsync($"30 [ {{'{topic}'}} [] ]");
        if (matches)
        {
            await client.ExpectAsync($"30 [ {{'{topic}'}} [] ]");
        }

        await client.ExpectNothingAsync();
    }
}
