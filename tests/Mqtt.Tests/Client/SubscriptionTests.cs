using Roost.Mqtt.Client;
using Roost.Mqtt.Tests.Conformance;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Client;

/// <summary>SUBSCRIBE and UNSUBSCRIBE with all that MQTT 5 offers, answered by a scripted server.</summary>
public sealed class SubscriptionTests
{
    private ScriptedServer _server = null!;

    [SetUp]
    public void Start() => _server = new ScriptedServer();

    [TearDown]
    public void Stop() => _server.Dispose();

    [Test]
    public async Task Every_option_is_sent_and_each_filters_answer_is_told()
    {
        await using var client = Client();
        using var server = await _server.ConnectAsync(client);

        var subscribing = client.SubscribeAsync(new MqttSubscribeRequest
        {
            Subscriptions =
            [
                new MqttSubscription(TopicFilter.Parse("a"), QualityOfService.ExactlyOnce, NoLocal: true, RetainAsPublished: true, RetainHandling: RetainHandling.DoNotSend),
                new MqttSubscription(TopicFilter.Parse("b"), QualityOfService.AtMostOnce, RetainHandling: RetainHandling.SendIfNew),
            ],
            SubscriptionIdentifier = 5,
            UserProperties = [new UserProperty("k", "v")],
        });
        await server.ExpectAsync("82 14 00 01 09 0B 05 26 00 01 'k' 00 01 'v' 00 01 'a' 2E 00 01 'b' 10");
        await server.SendAsync("90 0B 00 01 06 1F 00 03 'why' 01 87");

        var results = await subscribing;
        Assert.Multiple(() =>
        {
            Assert.That(results.Filters[0].Granted, Is.EqualTo(QualityOfService.AtLeastOnce));
            Assert.That(results.Filters[1].IsRefused, Is.True);
            Assert.That(results.ReasonString, Is.EqualTo("why"));
            Assert.That(results.ThrowIfRefused, Throws.TypeOf<MqttSubscriptionRefusedException>().With.Message.Contains("'b': why").And.Message.Contains("NotAuthorized"));
        });
    }

    [Test]
    public async Task Subscriptions_are_made_again_with_their_options_and_identifier_but_not_those_refused_or_ended()
    {
        await using var client = Client();
        var first = await _server.ConnectAsync(client);
        var subscribing = client.SubscribeAsync(new MqttSubscribeRequest
        {
            Subscriptions =
            [
                new MqttSubscription(TopicFilter.Parse("a"), NoLocal: true),
                new MqttSubscription(TopicFilter.Parse("b")),
                new MqttSubscription(TopicFilter.Parse("c")),
            ],
            SubscriptionIdentifier = 5,
        });
        await first.ReadPacketAsync("SUBSCRIBE");
        await first.SendAsync("90 06 00 01 00 01 87 01");
        await subscribing;
        var unsubscribing = client.UnsubscribeAsync(TopicFilter.Parse("c"));
        await first.ReadPacketAsync("UNSUBSCRIBE");
        await first.SendAsync("B0 04 00 02 00 00");
        await unsubscribing;
        first.Dispose();

        using var second = await _server.AcceptAsync();
        await second.ExpectAsync("82 09 00 03 02 0B 05 00 01 'a' 05");
    }

    [Test]
    public async Task Each_filter_of_an_unsubscribe_has_its_answer()
    {
        await using var client = Client();
        using var server = await _server.ConnectAsync(client);

        var unsubscribing = client.UnsubscribeAsync([TopicFilter.Parse("a"), TopicFilter.Parse("b"), TopicFilter.Parse("c")], [new UserProperty("k", "v")]);
        await server.ExpectAsync("A2 13 00 01 07 26 00 01 'k' 00 01 'v' 00 01 'a' 00 01 'b' 00 01 'c'");
        await server.SendAsync("B0 06 00 01 00 00 11 83");

        var results = await unsubscribing;
        Assert.That(
            results.Filters.Select(filter => filter.ReasonCode),
            Is.EqualTo(new[] { ReasonCode.Success, ReasonCode.NoSubscriptionExisted, ReasonCode.ImplementationSpecificError }));
    }

    [Test]
    public async Task A_message_says_which_subscriptions_it_matches()
    {
        var inbox = new Inbox();
        await using var client = Client(inbox);
        using var server = await _server.ConnectAsync(client);

        await server.SendAsync("30 09 00 01 'a' 04 0B 05 0B 07 'x'");

        Assert.That((await inbox.NextAsync("the message")).SubscriptionIdentifiers, Is.EqualTo(new[] { 5, 7 }));
    }

    [TestCase("20 05 00 00 02 28 00", "a/+", false, ReasonCode.WildcardSubscriptionsNotSupported)]
    [TestCase("20 05 00 00 02 2A 00", "$share/g/a", false, ReasonCode.SharedSubscriptionsNotSupported)]
    [TestCase("20 05 00 00 02 29 00", "a", true, ReasonCode.SubscriptionIdentifiersNotSupported)]
    [TestCase("20 08 00 00 05 27 00 00 00 08", "topic", false, ReasonCode.PacketTooLarge)]
    public async Task What_the_server_has_ruled_out_is_refused_here_with_a_remedy(string connAck, string filter, bool hasIdentifier, ReasonCode expected)
    {
        await using var client = Client();
        using var server = await _server.ConnectAsync(client, connAck);

        var refused = await Assert.ThrowsAsync<MqttSubscriptionRefusedException>(() => client.SubscribeAsync(new MqttSubscribeRequest
        {
            Subscriptions = [new MqttSubscription(TopicFilter.Parse(filter))],
            SubscriptionIdentifier = hasIdentifier ? 1 : null,
        }));

        Assert.That(refused!.ReasonCode, Is.EqualTo(expected));
        Assert.That(refused.Filter, Is.EqualTo(filter));
    }

    [Test]
    public async Task A_request_without_an_answer_is_made_again_in_order_on_the_next_connection()
    {
        await using var client = Client();
        var first = await _server.ConnectAsync(client);
        var subscribing = client.SubscribeAsync(TopicFilter.Parse("a"));
        var unsubscribing = client.UnsubscribeAsync(TopicFilter.Parse("a"));
        await first.ReadPacketAsync("SUBSCRIBE");
        first.Dispose();

        using var second = await _server.AcceptAsync(ScriptedServer.ConnAckWithSession);
        await second.ExpectAsync("82 07 00 01 00 00 01 'a' 01 A2 06 00 02 00 00 01 'a'");
        await second.SendAsync("90 04 00 01 00 01 B0 04 00 02 00 00");

        await subscribing;
        await unsubscribing;
    }

    [TestCase("90 05 00 01 00 01 01", Description = "two answers to one filter")]
    [TestCase("B0 04 00 01 00 00", Description = "UNSUBACK to a SUBSCRIBE")]
    [Spec("MQTT-3.8.4-6")]
    public async Task An_answer_that_does_not_fit_its_request_breaks_the_protocol(string answer)
    {
        await using var client = Client();
        using var server = await _server.ConnectAsync(client);
        _ = client.SubscribeAsync(TopicFilter.Parse("a"));
        await server.ReadPacketAsync("SUBSCRIBE");

        await server.SendAsync(answer);

        await server.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [Test]
    public async Task A_request_that_cannot_be_is_refused_at_once()
    {
        await using var client = Client();

        await Assert.ThrowsAsync<ArgumentException>(() => client.SubscribeAsync(new MqttSubscribeRequest { Subscriptions = [] }));
        await Assert.ThrowsAsync<ArgumentException>(() => client.SubscribeAsync(
            new MqttSubscribeRequest { Subscriptions = [new MqttSubscription(TopicFilter.Parse("a"))], SubscriptionIdentifier = 0 }));
        await Assert.ThrowsAsync<ArgumentException>(() => client.SubscribeAsync(
            new MqttSubscribeRequest { Subscriptions = [new MqttSubscription(TopicFilter.Parse("$share/g/a"), NoLocal: true)] }));
    }

    private MqttClient Client(Inbox? inbox = null) => new(new MqttClientOptions
    {
        Host = "127.0.0.1",
        Port = _server.Port,
        ClientIdentifier = "c",
        ReconnectDelay = TimeSpan.FromMilliseconds(1),
    })
    {
        MessageHandler = (inbox ?? new Inbox()).TakeAsync,
    };
}
