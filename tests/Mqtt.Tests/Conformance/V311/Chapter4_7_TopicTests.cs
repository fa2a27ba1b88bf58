using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V311;

/// <summary>Section 4.7: topic names and filters. Filters that are none are with SUBSCRIBE.</summary>
public sealed class Chapter4_7_TopicTests : ConformanceFixture
{
    protected override void Configure(MqttOptions options) => options.Limits.MaxPacketBytes = 1 << 20;

    [TestCase("#", "a", true)]
    [TestCase("#", "a/b/c", true)]
    [TestCase("#", "/", true)]
    [TestCase("a/#", "a", true)]
    [TestCase("a/#", "a/", true)]
    [TestCase("a/#", "a/b/c", true)]
    [TestCase("a/#", "ab", false)]
    [TestCase("a/b/#", "a", false)]
    [TestCase("/#", "/a", true)]
    [TestCase("/#", "a", false)]
    [TestCase("+/#", "a", true)]
    [TestCase("+/#", "/a/b", true)]
    [Spec("MQTT-4.7.1-2")]
    public Task The_multi_level_wildcard_fills_all_that_is_left(string filter, string topic, bool matches) => MatchesAsync(filter, topic, matches);

    [TestCase("+", "a", true)]
    [TestCase("+", "a/b", false)]
    [TestCase("+", "/a", false)]
    [TestCase("+/+", "/a", true)]
    [TestCase("/+", "/a", true)]
    [TestCase("+/b", "a/b", true)]
    [TestCase("+/b", "/b", true)]
    [TestCase("a/+", "a", false)]
    [TestCase("a/+", "a/", true)]
    [TestCase("a/+", "a/b/c", false)]
    [TestCase("a/+/c", "a/b/c", true)]
    [TestCase("a/+/c", "a//c", true)]
    [TestCase("a/+/c", "a/c", false)]
    [TestCase("+/+/+", "a/b/c", true)]
    [TestCase("+/+/+", "a/b", false)]
    [Spec("MQTT-4.7.1-3")]
    public Task The_single_level_wildcard_fills_one_level(string filter, string topic, bool matches) => MatchesAsync(filter, topic, matches);

    [TestCase("#", "$SYSTEM", false)]
    [TestCase("#", "$x/b", false)]
    [TestCase("+/b", "$x/b", false)]
    [TestCase("+/#", "$x/b", false)]
    [TestCase("+", "$x", false)]
    [TestCase("$x/#", "$x/b", true)]
    [TestCase("$x/+", "$x/b", true)]
    [TestCase("a/#", "a/$x", true)]
    [TestCase("a/+", "a/$x", true)]
    [TestCase("+/$x", "a/$x", true)]
    [Spec("MQTT-4.7.2-1")]
    public Task A_leading_wildcard_does_not_match_a_leading_dollar(string filter, string topic, bool matches) => MatchesAsync(filter, topic, matches);

    [TestCase("a", "A", false)]
    [TestCase("a ", "a ", true)]
    [TestCase("a ", "a", false)]
    [TestCase("/a", "a", false)]
    [TestCase("a/", "a", false)]
    [TestCase("a//b", "a/b", false)]
    [TestCase("a/../b", "b", false)]
    [TestCase("/", "/", true)]
    [TestCase("é", "é", true)]
    [TestCase("\u00E9", "e\u0301", false, Description = "composed and decomposed")]
    [TestCase("\uFF41", "a", false, Description = "full-width")]
    [TestCase("%61", "a", false)]
    [TestCase("🤖/x", "🤖/x", true)]
    [Spec("MQTT-4.7.3-4")]
    public Task Topics_are_compared_as_they_are(string filter, string topic, bool matches) => MatchesAsync(filter, topic, matches);

    [Test]
    [Spec("MQTT-4.7.3-1")]
    public async Task An_empty_topic_name_closes()
    {
        using var client = await Broker.ConnectAsync("a");
        await client.SendAsync("30 03 00 00 'x'");
        await client.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-4.7.3-3")]
    public Task A_topic_of_65535_bytes_is_taken() => MatchesAsync(new string('x', 65_535), new string('x', 65_535), true);

    [Test]
    [Spec("MQTT-4.7.3-3")]
    public async Task A_subscription_to_very_many_levels_fails_and_a_publication_to_them_closes()
    {
        var topic = string.Join('/', Enumerable.Repeat('a', 10_000));
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync(Raw.Packet("82", $"00 01 {Raw.Text(topic)} 00"), "90 03 00 01 80");
        await client.SendAsync(Raw.Packet("30", Raw.Text(topic)));
        await client.ExpectCloseAsync();
    }

    private async Task MatchesAsync(string filter, string topic, bool matches)
    {
        using var client = await Broker.ConnectAsync("client");
        await client.ExchangeAsync(Raw.Packet("82", $"00 01 {Raw.Text(filter)} 00"), "90 03 00 01 00");
        var publish = Raw.Packet("30", $"{Raw.Text(topic)} 'x'");
        await client.SendAsync(publish);
        if (matches)
        {
            await client.ExpectAsync(publish);
        }

        await client.ExpectNothingAsync();
    }
}
