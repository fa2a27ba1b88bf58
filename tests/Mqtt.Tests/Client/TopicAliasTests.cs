using Roost.Mqtt.Client;
using Roost.Mqtt.Tests.Conformance;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Client;

/// <summary>Topic aliases in both directions (MQTT 5 section 3.3.2.3.4).</summary>
public sealed class TopicAliasTests
{
    private const string TwoAliases = "20 06 00 00 03 22 00 02";

    private ScriptedServer _server = null!;

    [SetUp]
    public void Start() => _server = new ScriptedServer();

    [TearDown]
    public void Stop() => _server.Dispose();

    [Test]
    public async Task A_topic_is_sent_once_and_then_by_its_alias()
    {
        await using var client = Client();
        using var server = await _server.ConnectAsync(client, TwoAliases);

        await PublishAsync(client, "long/topic");
        await PublishAsync(client, "long/topic");

        await server.ExpectAsync("30 11 00 0A 'long/topic' 03 23 00 01 'x'");
        await server.ExpectAsync("30 07 00 00 03 23 00 01 'x'");
    }

    [Test]
    [Spec("MQTT-3.2.2-17")]
    public async Task When_the_servers_aliases_are_used_up_the_one_used_longest_ago_is_given_to_the_next_topic()
    {
        await using var client = Client();
        using var server = await _server.ConnectAsync(client, TwoAliases);

        foreach (var topic in new[] { "aaaa", "bbbb", "aaaa", "cccc", "aaaa" })
        {
            await PublishAsync(client, topic);
        }

        await server.ExpectAsync("30 0B 00 04 'aaaa' 03 23 00 01 'x'");
        await server.ExpectAsync("30 0B 00 04 'bbbb' 03 23 00 02 'x'");
        await server.ExpectAsync("30 07 00 00 03 23 00 01 'x'");
        await server.ExpectAsync("30 0B 00 04 'cccc' 03 23 00 02 'x'");
        await server.ExpectAsync("30 07 00 00 03 23 00 01 'x'");
    }

    [Test]
    [Spec("MQTT-3.2.2-18")]
    public async Task Without_the_servers_leave_no_alias_is_used()
    {
        await using var client = Client();
        using var server = await _server.ConnectAsync(client);

        await PublishAsync(client, "long/topic");
        await PublishAsync(client, "long/topic");

        await server.ExpectAsync("30 0E 00 0A 'long/topic' 00 'x' 30 0E 00 0A 'long/topic' 00 'x'");
    }

    [Test]
    [Spec("MQTT-3.3.2-7")]
    public async Task A_resend_says_its_topic_and_a_new_connection_begins_without_aliases()
    {
        await using var client = Client();
        var first = await _server.ConnectAsync(client, TwoAliases);
        var published = new[] { PublishAsync(client, "long/topic", QualityOfService.AtLeastOnce), PublishAsync(client, "long/topic", QualityOfService.AtLeastOnce) };
        await first.ExpectAsync("32 13 00 0A 'long/topic' 00 01 03 23 00 01 'x' 32 09 00 00 00 02 03 23 00 01 'x'");
        first.Dispose();

        using var second = await _server.AcceptAsync("20 06 01 00 03 22 00 02");
        await second.ExpectAsync("3A 10 00 0A 'long/topic' 00 01 00 'x' 3A 10 00 0A 'long/topic' 00 02 00 'x'");
        await PublishAsync(client, "long/topic");
        await second.ExpectAsync("30 11 00 0A 'long/topic' 03 23 00 01 'x'");
        await second.SendAsync("40 02 00 01 40 02 00 02");

        await Task.WhenAll(published).WaitAsync(Eventually.Limit);
    }

    [Test]
    public async Task An_alias_that_would_make_the_packet_too_large_is_left_out()
    {
        await using var client = Client();
        using var server = await _server.ConnectAsync(client, "20 0B 00 00 08 22 00 02 27 00 00 00 10");

        await PublishAsync(client, "long/topic");

        await server.ExpectAsync("30 0E 00 0A 'long/topic' 00 'x'");
    }

    [Test]
    public async Task A_servers_alias_stands_for_the_topic_that_came_with_it()
    {
        var inbox = new Inbox();
        await using var client = Client(inbox);
        using var server = await _server.ConnectAsync(client);

        await server.SendAsync("30 08 00 01 'a' 03 23 00 02 'x' 30 07 00 00 03 23 00 02 'y' 30 08 00 01 'b' 03 23 00 02 'z' 30 07 00 00 03 23 00 02 'w'");

        var topics = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            topics.Add((await inbox.NextAsync("a message")).Message.Topic.Value);
        }

        Assert.That(topics, Is.EqualTo(new[] { "a", "a", "b", "b" }));
    }

    [TestCase("30 08 00 01 'a' 03 23 00 03 'x'", ReasonCode.TopicAliasInvalid, Description = "above the announced maximum of 2")]
    [TestCase("30 07 00 00 03 23 00 01 'x'", ReasonCode.ProtocolError, Description = "never set")]
    public async Task A_server_that_misuses_aliases_is_told_so(string publish, ReasonCode expected)
    {
        await using var client = Client();
        using var server = await _server.ConnectAsync(client);

        await server.SendAsync(publish);

        await server.ExpectDisconnectAsync(expected);
    }

    private static Task PublishAsync(MqttClient client, string topic, QualityOfService quality = QualityOfService.AtMostOnce) =>
        client.PublishAsync(SomeMessage.Of(topic, "x", quality)).AsTask();

    private MqttClient Client(Inbox? inbox = null) => new(new MqttClientOptions
    {
        Host = "127.0.0.1",
        Port = _server.Port,
        ClientIdentifier = "c",
        SessionExpiryInterval = TimeSpan.FromMinutes(1),
        MaxReceivedTopicAliases = 2,
        ReconnectDelay = TimeSpan.FromMilliseconds(1),
    })
    {
        MessageHandler = (inbox ?? new Inbox()).TakeAsync,
    };
}
