using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

public sealed class DeliveryTests
{
    private TestBroker _broker = null!;

    [SetUp]
    public async Task SetUp() => _broker = await TestBroker.StartAsync();

    [TearDown]
    public async Task TearDown() => await _broker.DisposeAsync();

    [Test]
    public async Task A_QoS_0_message_arrives_as_it_was_sent()
    {
        using var subscriber = await _broker.ConnectAsync(RawClient.Connect("s"));
        using var publisher = await _broker.ConnectAsync(RawClient.Connect("p"));
        await subscriber.SendAsync(RawClient.Subscribe("a/+", 0));
        await subscriber.ExpectAsync("90 03 0001 00");

        await publisher.SendAsync(RawClient.Publish("a/b", "hi"));

        await subscriber.ExpectAsync("30 07 0003 612F62 6869");
    }

    [Test]
    [Spec("MQTT-4.3.2-2")]
    public async Task A_QoS_1_message_is_acknowledged_to_its_publisher_and_by_its_subscriber()
    {
        using var subscriber = await _broker.ConnectAsync(RawClient.Connect("s"));
        using var publisher = await _broker.ConnectAsync(RawClient.Connect("p"));
        await subscriber.SendAsync(RawClient.Subscribe("a", 1));
        await subscriber.ExpectAsync("90 03 0001 01");

        await publisher.SendAsync(RawClient.Publish("a", "x", quality: 1, packetIdentifier: 7));

        await publisher.ExpectAsync("40 02 0007");
        await subscriber.ExpectAsync("32 06 0001 61 0001 78");
        await subscriber.SendAsync("40 02 0001");
        await subscriber.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-4.3.3-2")]
    public async Task A_QoS_2_message_goes_through_all_four_steps_on_both_sides()
    {
        using var subscriber = await _broker.ConnectAsync(RawClient.Connect("s"));
        using var publisher = await _broker.ConnectAsync(RawClient.Connect("p"));
        await subscriber.SendAsync(RawClient.Subscribe("a", 2));
        await subscriber.ExpectAsync("90 03 0001 02");

        await publisher.SendAsync(RawClient.Publish("a", "x", quality: 2, packetIdentifier: 9));
        await publisher.ExpectAsync("50 02 0009");
        await subscriber.ExpectAsync("34 06 0001 61 0001 78");
        await publisher.SendAsync(RawClient.Publish("a", "x", quality: 2, packetIdentifier: 9, duplicate: true));
        await publisher.ExpectAsync("50 02 0009");
        await publisher.SendAsync("62 02 0009");
        await publisher.ExpectAsync("70 02 0009");
        await subscriber.SendAsync("50 02 0001");
        await subscriber.ExpectAsync("62 02 0001");
        await subscriber.SendAsync("70 02 0001");

        await subscriber.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.3.5-1")]
    public async Task Overlapping_subscriptions_give_one_message_at_the_highest_QoS_with_every_identifier()
    {
        const MqttProtocolVersion V5 = MqttProtocolVersion.V500;
        using var subscriber = await _broker.ConnectAsync(RawClient.Connect("s", V5));
        using var publisher = await _broker.ConnectAsync(RawClient.Connect("p"));
        await subscriber.SendAsync(RawClient.Subscribe("a/#", 0, V5, identifier: 5));
        await subscriber.ReceivePacketAsync();
        await subscriber.SendAsync(RawClient.Subscribe("a/b", 1, V5, identifier: 6));
        await subscriber.ReceivePacketAsync();

        await publisher.SendAsync(RawClient.Publish("a/b", "x", quality: 1, packetIdentifier: 1));

        await subscriber.ExpectAsync("32 0D 0003 612F62 0001 04 0B05 0B06 78");
        await subscriber.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.3.2-17")]
    public async Task Properties_are_forwarded_in_order_without_the_topic_alias()
    {
        const MqttProtocolVersion V5 = MqttProtocolVersion.V500;
        using var subscriber = await _broker.ConnectAsync(RawClient.Connect("s", V5));
        using var publisher = await _broker.ConnectAsync(RawClient.Connect("p", V5));
        await subscriber.SendAsync(RawClient.Subscribe("a", 0, V5));
        await subscriber.ReceivePacketAsync();

        // User Property z=1, Topic Alias 3, User Property a=2
        await publisher.SendAsync(RawClient.Publish("a", "x", properties: "26 0001 7A 0001 31 23 0003 26 0001 61 0001 32".Replace(" ", "", StringComparison.Ordinal)));
        await publisher.SendAsync(RawClient.Publish("", "y", properties: "230003"));

        await subscriber.ExpectAsync("30 13 0001 61 0E 26 0001 7A 0001 31 26 0001 61 0001 32 78");
        await subscriber.ExpectAsync("30 05 0001 61 00 79");
    }

    [Test]
    [Spec("MQTT-3.3.1-8")]
    public async Task A_retained_message_is_sent_to_a_new_subscription_and_cleared_by_an_empty_one()
    {
        using var publisher = await _broker.ConnectAsync(RawClient.Connect("p"));
        await publisher.SendAsync(RawClient.Publish("r/1", "k", quality: 1, packetIdentifier: 1, retain: true));
        await publisher.ExpectAsync("40 02 0001");
        using var first = await _broker.ConnectAsync(RawClient.Connect("s"));
        await first.SendAsync(RawClient.Subscribe("r/+", 1));
        await first.ExpectAsync("90 03 0001 01 33 08 0003 722F31 0001 6B");

        await publisher.SendAsync(RawClient.Publish("r/1", "", quality: 1, packetIdentifier: 2, retain: true));
        await publisher.ExpectAsync("40 02 0002");

        using var second = await _broker.ConnectAsync(RawClient.Connect("t"));
        await second.SendAsync(RawClient.Subscribe("r/+", 1));
        await second.ExpectAsync("90 03 0001 01");
        await second.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-4.7.2-1")]
    public async Task A_wildcard_in_the_first_level_does_not_match_topics_that_begin_with_a_dollar()
    {
        using var client = await _broker.ConnectAsync(RawClient.Connect("s"));
        await client.SendAsync(RawClient.Subscribe("#", 0));
        await client.ExpectAsync("90 03 0001 00");

        await client.SendAsync(RawClient.Publish("$aws/x", "x"));

        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-4.8.2-4")]
    public async Task Members_of_a_shared_subscription_take_turns()
    {
        using var one = await _broker.ConnectAsync(RawClient.Connect("one"));
        using var two = await _broker.ConnectAsync(RawClient.Connect("two"));
        foreach (var member in new[] { one, two })
        {
            await member.SendAsync(RawClient.Subscribe("$share/g/a", 0));
            await member.ExpectAsync("90 03 0001 00");
        }

        using var publisher = await _broker.ConnectAsync(RawClient.Connect("p"));
        await publisher.SendAsync(RawClient.Publish("a", "1") + RawClient.Publish("a", "2"));

        await one.ExpectAsync("30 04 0001 61 31");
        await two.ExpectAsync("30 04 0001 61 32");
        await one.ExpectNothingAsync();
    }

    [Test]
    public async Task A_message_larger_than_the_receive_buffer_arrives_whole()
    {
        using var client = await _broker.ConnectAsync(RawClient.Connect("s"));
        await client.SendAsync(RawClient.Subscribe("a", 0));
        await client.ExpectAsync("90 03 0001 00");
        var payload = new string('x', 200_000);

        await client.SendAsync(RawClient.Publish("a", payload) + RawClient.Publish("a", "y"));

        Assert.That(await client.ReceivePacketAsync(), Has.Length.EqualTo(1 + 3 + 3 + 200_000));
        await client.ExpectAsync("30 04 0001 61 79");
    }
}
