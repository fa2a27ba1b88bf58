using System.Text;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>What a listener does not offer: it is announced, granted less, or refused with the reason (MQTT 5 where not said otherwise).</summary>
public sealed class OfferTests
{
    private const MqttProtocolVersion V500 = MqttProtocolVersion.V500;

    [Test]
    [Spec("MQTT-3.2.2-9")]
    public async Task What_is_not_offered_is_announced_in_CONNACK()
    {
        await using var broker = await StartAsync(limits =>
        {
            limits.MaxQos = 1;
            limits.RetainAvailable = false;
            limits.WildcardSubscriptions = false;
            limits.SharedSubscriptions = false;
            limits.SubscriptionIdentifiers = false;
        });
        using var client = await RawClient.OpenAsync(broker.Port);

        await client.SendAsync(RawClient.Connect("c", V500));

        await client.ExpectAsync("20 18 00 00 15 21 03E8 22 0040 24 01 25 00 27 00040000 28 00 29 00 2A 00");
    }

    [Test]
    public async Task A_listener_may_offer_less_than_the_others()
    {
        await using var broker = await TestBroker.StartAsync(options => options.Listeners[0].Limits.MaxQos = 0);
        using var client = await broker.ConnectAsync(RawClient.Connect("c"));

        await client.SendAsync(RawClient.Subscribe("a", 2));

        await client.ExpectAsync("90 03 0001 00");
    }

    [TestCase(V500)]
    [TestCase(MqttProtocolVersion.V311)]
    [Spec("MQTT-3.2.2-10")]
    public async Task A_subscription_is_granted_no_more_than_the_maximum_QoS(MqttProtocolVersion version)
    {
        await using var broker = await StartAsync(static limits => limits.MaxQos = 1);
        using var client = await broker.ConnectAsync(RawClient.Connect("c", version));

        await client.SendAsync(RawClient.Subscribe("a", 2, version));

        await client.ExpectAsync(version == V500 ? "90 04 0001 00 01" : "90 03 0001 01");
    }

    [TestCase(V500)]
    [TestCase(MqttProtocolVersion.V311)]
    [Spec("MQTT-3.2.2-11")]
    public async Task A_PUBLISH_above_the_maximum_QoS_ends_the_connection(MqttProtocolVersion version)
    {
        await using var broker = await StartAsync(static limits => limits.MaxQos = 1);
        using var client = await broker.ConnectAsync(RawClient.Connect("c", version));

        await client.SendAsync(RawClient.Publish("a", "x", 2, 1, properties: version == V500 ? "" : null));

        await ExpectDisconnectAsync(client, version, ReasonCode.QualityOfServiceNotSupported);
    }

    [TestCase(V500)]
    [TestCase(MqttProtocolVersion.V311)]
    [Spec("MQTT-3.2.2-14")]
    public async Task A_retained_PUBLISH_that_is_not_offered_ends_the_connection(MqttProtocolVersion version)
    {
        await using var broker = await StartAsync(static limits => limits.RetainAvailable = false);
        using var client = await broker.ConnectAsync(RawClient.Connect("c", version));

        await client.SendAsync(RawClient.Publish("a", "x", retain: true, properties: version == V500 ? "" : null));

        await ExpectDisconnectAsync(client, version, ReasonCode.RetainNotSupported);
    }

    [TestCase(QualityOfService.ExactlyOnce, false, 0x9B)]
    [TestCase(QualityOfService.AtMostOnce, true, 0x9A)]
    [Spec("MQTT-3.2.2-12")]
    [Spec("MQTT-3.2.2-13")]
    public async Task A_will_that_is_not_offered_is_refused_with_its_client(QualityOfService quality, bool retain, int reason)
    {
        await using var broker = await StartAsync(limits => (limits.MaxQos, limits.RetainAvailable) = (1, false));
        var will = new MqttMessage { Topic = TopicName.Parse("w"), QualityOfService = quality, Retain = retain };
        using var modern = await RawClient.OpenAsync(broker.Port);
        using var old = await RawClient.OpenAsync(broker.Port);

        await modern.SendAsync(RawClient.Connect("m", V500, will: will));
        await old.SendAsync(RawClient.Connect("o", will: will));

        Assert.That((await modern.ReceivePacketAsync())[3], Is.EqualTo(reason));
        await modern.ExpectCloseAsync();
        await old.ExpectCloseAsync(); // 3.1.1 has no return code for it
    }

    [TestCase("82 07 0001 00 0001 2B 00", ReasonCode.WildcardSubscriptionsNotSupported)]
    [TestCase("82 10 0001 00 000A 2473686172652F672F61 00", ReasonCode.SharedSubscriptionsNotSupported)]
    [TestCase("82 09 0001 02 0B01 0001 61 00", ReasonCode.SubscriptionIdentifiersNotSupported)]
    public async Task A_kind_of_subscription_that_is_not_offered_ends_the_connection(string subscribe, ReasonCode reason)
    {
        await using var broker = await StartAsync(static limits =>
            limits.WildcardSubscriptions = limits.SharedSubscriptions = limits.SubscriptionIdentifiers = false);
        using var client = await broker.ConnectAsync(RawClient.Connect("c", V500));

        await client.SendAsync(subscribe);

        await ExpectDisconnectAsync(client, V500, reason);
    }

    [Test]
    public async Task In_3_1_1_a_kind_of_subscription_that_is_not_offered_gets_0x80()
    {
        await using var broker = await StartAsync(static limits => limits.WildcardSubscriptions = limits.SharedSubscriptions = false);
        using var client = await broker.ConnectAsync(RawClient.Connect("c"));

        await client.SendAsync("82 17 0001 0001 23 00 000A 2473686172652F672F61 00 0001 61 00");

        await client.ExpectAsync("90 05 0001 80 80 00");
    }

    [TestCase(1, "40")]
    [TestCase(2, "50")]
    public async Task A_payload_that_is_not_the_UTF_8_it_is_said_to_be_is_refused(int quality, string acknowledgement)
    {
        await using var broker = await StartAsync(static limits => limits.CheckPayloadFormat = true);
        using var client = await broker.ConnectAsync(RawClient.Connect("c", V500));
        await client.SendAsync(RawClient.Subscribe("a", 0, V500));
        await client.ExpectAsync("90 04 0001 00 00");

        await client.SendAsync($"3{quality * 2} 09 0001 61 0001 02 0101 FF"); // 0xFF is in no UTF-8
        await ExpectReasonAsync(client, acknowledgement, 1, ReasonCode.PayloadFormatInvalid, "the payload is not the UTF-8 that it is said to be");
        await client.SendAsync($"3{quality * 2} 09 0001 61 0001 02 0101 78");
        await client.ExpectAsync($"30 07 0001 61 02 0101 78 {acknowledgement} 02 0001");
    }

    [Test]
    public async Task At_QoS_0_such_a_payload_ends_the_connection()
    {
        await using var broker = await StartAsync(static limits => limits.CheckPayloadFormat = true);
        using var client = await broker.ConnectAsync(RawClient.Connect("c", V500));

        await client.SendAsync("30 07 0001 61 02 0101 FF");

        await ExpectDisconnectAsync(client, V500, ReasonCode.PayloadFormatInvalid);
    }

    [Test]
    public async Task A_will_with_such_a_payload_is_refused()
    {
        await using var broker = await StartAsync(static limits => limits.CheckPayloadFormat = true);
        var will = new MqttMessage { Topic = TopicName.Parse("w"), Payload = new byte[] { 0xC3 }, Properties = new() { PayloadIsUtf8 = true } };
        using var client = await RawClient.OpenAsync(broker.Port);

        await client.SendAsync(RawClient.Connect("c", V500, will: will));

        Assert.That((await client.ReceivePacketAsync())[3], Is.EqualTo((byte)ReasonCode.PayloadFormatInvalid));
        await client.ExpectCloseAsync();
    }

    [Test]
    public async Task A_payload_is_not_looked_at_unless_that_is_asked_for()
    {
        await using var broker = await StartAsync(static _ => { });
        using var client = await broker.ConnectAsync(RawClient.Connect("c", V500));

        await client.SendAsync("32 09 0001 61 0001 02 0101 FF");

        await client.ExpectAsync("40 02 0001");
    }

    [Test]
    [Spec("MQTT-3.1.2-28")]
    public async Task Response_Information_is_told_to_who_asks_and_to_nobody_else()
    {
        await using var broker = await TestBroker.StartAsync(static options => options.ResponseTopicPrefix = "answers");
        using var asking = await RawClient.OpenAsync(broker.Port);
        using var other = await RawClient.OpenAsync(broker.Port);

        await asking.SendAsync("10 10 0004 4D515454 05 02 003C 02 1901 0001 61");
        await other.SendAsync(RawClient.Connect("b", V500));

        Assert.That(Encoding.UTF8.GetString(await asking.ReceivePacketAsync()), Does.Contain("answers/a/"));
        Assert.That(Encoding.UTF8.GetString(await other.ReceivePacketAsync()), Does.Not.Contain("answers"));
    }

    [Test]
    public async Task No_more_is_in_flight_than_the_broker_allows_itself()
    {
        await using var broker = await StartAsync(static limits => limits.InflightMax = 2);
        using var client = await broker.ConnectAsync(RawClient.Connect("c"));
        await client.SendAsync(RawClient.Subscribe("a", 1));
        await client.ExpectAsync("90 03 0001 01");
        for (var i = 0; i < 3; i++)
        {
            await broker.Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse("a"), QualityOfService = QualityOfService.AtLeastOnce });
        }

        await client.ExpectAsync("32 05 0001 61 0001 32 05 0001 61 0002");
        await client.ExpectNothingAsync();
        await client.SendAsync("40 02 0001");
        await client.ExpectAsync("32 05 0001 61 0003");
    }

    [Test]
    [Spec("MQTT-3.1.2-29")]
    public async Task A_client_that_wants_no_problem_information_gets_codes_alone()
    {
        await using var broker = await StartAsync(static limits => (limits.CheckPayloadFormat, limits.MaxSubscriptions) = (true, 1));
        using var client = await broker.ConnectAsync("10 10 0004 4D515454 05 02 003C 02 1700 0001 61");

        await client.SendAsync("32 09 0001 61 0001 02 0101 FF");
        await client.ExpectAsync("40 03 0001 99");
        await client.SendAsync("82 0B 0002 00 0001 61 00 0001 62 00");
        await client.ExpectAsync("90 05 0002 00 00 97");
    }

    [Test]
    [Spec("MQTT-3.9.2-1")]
    public async Task A_reason_that_does_not_fit_is_left_out_of_SUBACK()
    {
        await using var broker = await StartAsync(static limits => limits.MaxSubscriptions = 1);
        using var small = await broker.ConnectAsync(RawClient.Connect("s", V500, maximumPacketSize: 40));
        using var other = await broker.ConnectAsync(RawClient.Connect("o", V500));

        await small.SendAsync("82 0B 0002 00 0001 61 00 0001 62 00");
        await other.SendAsync("82 0B 0002 00 0001 61 00 0001 62 00");

        await small.ExpectAsync("90 05 0002 00 00 97");
        Assert.That(Encoding.UTF8.GetString(await other.ReceivePacketAsync()), Does.Contain("as many subscriptions as it may"));
    }

    private static Task<TestBroker> StartAsync(Action<MqttLimitsOptions> configure) => TestBroker.StartAsync(options => configure(options.Limits));

    private static async Task ExpectDisconnectAsync(RawClient client, MqttProtocolVersion version, ReasonCode reason)
    {
        if (version == V500)
        {
            var packet = await client.ReceivePacketAsync();
            Assert.That(packet[0], Is.EqualTo(0xE0));
            Assert.That((ReasonCode)packet[2], Is.EqualTo(reason));
        }

        await client.ExpectCloseAsync();
    }

    private static Task ExpectReasonAsync(RawClient client, string header, ushort packetIdentifier, ReasonCode reason, string text) =>
        client.ExpectAsync($"{header} {7 + text.Length:X2} {packetIdentifier:X4} {(int)reason:X2} {3 + text.Length:X2} 1F {text.Length:X4} {Convert.ToHexString(Encoding.UTF8.GetBytes(text))}");
}
