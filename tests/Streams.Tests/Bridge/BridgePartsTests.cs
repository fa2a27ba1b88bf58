using Microsoft.Extensions.Options;
using Roost.Mqtt;
using Roost.Streams.Bridge;
using Roost.Streams.Configuration;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Bridge;

/// <summary>The bridge's rules, each alone.</summary>
public sealed class BridgePartsTests
{
    [TestCase("", "", "a/b", "a/b")]
    [TestCase("robots/", "site-17/", "robots/vac-01/state", "site-17/vac-01/state")]
    [TestCase("robots/", "", "robots/vac-01", "vac-01")]
    [TestCase("", "site-17/", "a", "site-17/a")]
    [TestCase("robots", "machines", "robots-x/a", "machines-x/a", Description = "a prefix is text, not a level")]
    [TestCase("robots/", "site-17/", "robots", "site-17", Description = "# matches the parent too [MQTT-4.7.1-2]")]
    [TestCase("robots/", "", "robots", null, Description = "which has no name there")]
    [TestCase("robots/", "site-17/", "others/a", null)]
    [TestCase("robots/", "", "robots/$SYS/uptime", null)]
    [TestCase("robots/", "", "robots/$aws/x", null, Description = "nobody named it")]
    [TestCase("robots/", "site-17/", "robots/$aws/x", "site-17/$aws/x")]
    public void A_topic_changes_its_prefix_or_has_no_place_on_the_other_side(string from, string to, string topic, string? expected)
    {
        var mapped = new TopicMapping(from, to).TryMap(topic, allowsDollar: false, out var result) ? result.Value : null;

        Assert.That(mapped, Is.EqualTo(expected));
    }

    [Test]
    public void A_topic_that_becomes_too_long_has_no_place_on_the_other_side() =>
        Assert.That(new TopicMapping("", new string('p', 100)).TryMap(new string('t', 65_500), allowsDollar: false, out _), Is.False);

    [Test]
    public void Topics_with_a_dollar_are_carried_where_the_entry_names_them() =>
        Assert.That(new TopicMapping("", "").TryMap("$aws/things/x/shadow/update", allowsDollar: true, out var topic) ? topic.Value : null, Is.EqualTo("$aws/things/x/shadow/update"));

    [Test]
    public void Of_equal_messages_as_many_are_taken_for_echoes_as_were_sent()
    {
        var echoes = new EchoFilter(new ManualTimeProvider());
        echoes.Expect(Message("a", "1"));
        echoes.Expect(Message("a", "1"));

        Assert.That(
            new[] { echoes.TryTake(Message("a", "1")), echoes.TryTake(Message("a", "2")), echoes.TryTake(Message("b", "1")), echoes.TryTake(Message("a", "1")), echoes.TryTake(Message("a", "1")) },
            Is.EqualTo(new[] { true, false, false, true, false }));
    }

    [Test]
    public void An_echo_that_does_not_come_is_forgotten_and_costs_no_later_message_its_place()
    {
        var clock = new ManualTimeProvider();
        var echoes = new EchoFilter(clock);
        echoes.Expect(Message("a", "1"));
        echoes.Expect(Message("a", "2"));
        Assert.That(echoes.TryTake(Message("a", "1")));
        echoes.Expect(Message("a", "1")); // while the first is still in the order of what is to be forgotten
        clock.Advance(TimeSpan.FromMinutes(4));
        echoes.Expect(Message("a", "1"));
        clock.Advance(TimeSpan.FromMinutes(2));
        echoes.Expect(Message("b", "1")); // looks for old ones

        Assert.That(new[] { echoes.TryTake(Message("a", "2")), echoes.TryTake(Message("a", "1")), echoes.TryTake(Message("a", "1")) }, Is.EqualTo(new[] { false, true, false }));
    }

    [Test]
    public void A_message_ends_at_the_gateway_it_has_left_and_after_sixteen_others()
    {
        var properties = Enumerable.Range(0, BridgeTrace.MaxHops - 1).Aggregate((MqttMessageProperties?)null, (before, number) => BridgeTrace.Extend(before, $"site-{number}"));

        Assert.That(BridgeTrace.MayPass(null, "site-3"));
        Assert.That(BridgeTrace.MayPass(properties, "site-99"));
        Assert.That(BridgeTrace.MayPass(properties, "site-3"), Is.False);
        Assert.That(BridgeTrace.MayPass(BridgeTrace.Extend(properties, "site-98"), "site-99"), Is.False);
    }

    [Test]
    public void What_another_subscription_covers_is_not_asked_for_twice()
    {
        var wanted = WantedSubscription.Of(BridgeEntry.CreateAll(
        [
            new BridgeOptions { Topics = ["a/b", "a/#", "$share/g/a/c"], Direction = BridgeDirection.In },
            new BridgeOptions { Name = "two", Topics = ["a/c"], Direction = BridgeDirection.Both, Qos = 2 },
            new BridgeOptions { Name = "three", Topics = ["x/#"], Direction = BridgeDirection.Out },
        ]));

        Assert.That(wanted.Select(one => one.Note), Is.EqualTo(new[] { "1 a/#", "1 $share/g/a/c", "2 a/c" }));
    }

    [TestCase("Topics", "Topics is empty")]
    [TestCase("Topic", "Topics:0 is 'a/#/b', which with its prefixes is no topic filter")]
    [TestCase("Prefix", "LocalPrefix is 'a/+/'")]
    [TestCase("Shared", "a shared subscription only takes")]
    [TestCase("Qos", "Qos is 3")]
    [TestCase("Name", "Name is '../x'")]
    [TestCase("Bytes", "Queue:Bytes is 1")]
    [TestCase("Twice", "as in entry 0")]
    public void What_is_wrong_is_told_with_its_key(string what, string fault)
    {
        var bridge = new BridgeOptions { Topics = ["a/#"] };
        var options = new CloudOptions { Bridge = [bridge] };
        switch (what)
        {
            case "Topics":
                bridge.Topics = [];
                break;
            case "Topic":
                bridge.Topics = ["a/#/b"];
                break;
            case "Prefix":
                bridge.LocalPrefix = "a/+/";
                break;
            case "Shared":
                bridge.Topics = ["$share/g/a"];
                break;
            case "Qos":
                bridge.Qos = 3;
                break;
            case "Name":
                bridge.Name = "../x";
                break;
            case "Bytes":
                bridge.Queue.Bytes = 1;
                break;
            case "Twice":
                options.Bridge.Add(new BridgeOptions { Topics = ["b"], Name = "Bridge" });
                break;
        }

        var result = new BridgeValidator(Options.Create(new CloudMqttOptions { Host = "cloud.example.com" })).Validate(null, options);

        Assert.That(result.FailureMessage, Does.Contain(fault));
    }

    private static MqttMessage Message(string topic, string payload) => new() { Topic = TopicName.Parse(topic), Payload = System.Text.Encoding.UTF8.GetBytes(payload) };
}
