using System.Text;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>What only the broker itself may publish.</summary>
public sealed class ReservedTopicTests
{
    private const MqttProtocolVersion V500 = MqttProtocolVersion.V500;

    [TestCase("$SYS/broker/uptime", true)]
    [TestCase("$SYS", true)]
    [TestCase("$SYSTEM/x", false)]
    [TestCase("$aws/events/presence/connected/a", true)]
    [TestCase("$aws/events", true)]
    [TestCase("$aws/eventsx", false)]
    [TestCase("$aws/things/a/shadow/update", false)]
    [TestCase("$aws/things/a/shadow/get", false)]
    [TestCase("$aws/things/a/shadow/update/accepted", true)]
    [TestCase("$aws/things/a/shadow/update/rejected", true)]
    [TestCase("$aws/things/a/shadow/update/delta", true)]
    [TestCase("$aws/things/a/shadow/update/documents", true)]
    [TestCase("$aws/things/a/shadow/get/accepted", true)]
    [TestCase("$aws/things/a/shadow/get/delta", false)]
    [TestCase("$aws/things/a/shadow/delete/rejected", true)]
    [TestCase("$aws/things/a/shadow/delete/documents", false)]
    [TestCase("$aws/things/a/shadow/name/b/update", false)]
    [TestCase("$aws/things/a/shadow/name/b/update/delta", true)]
    [TestCase("$aws/things/a/shadow/name/b/get/rejected", true)]
    [TestCase("$aws/things/a/shadow/name/update/delta", false)]
    [TestCase("$aws/things/a/shadow/update/accepted/x", false)]
    [TestCase("$aws/things/a/b/update/accepted", false)]
    [TestCase("$aws/things//shadow/update/delta", true)]
    [TestCase("$aws/things", false)]
    [TestCase("aws/things/a/shadow/update/delta", false)]
    [TestCase("a/$SYS/x", false)]
    public void Reserved_are_whole_levels(string topic, bool isReserved) =>
        Assert.That(ReservedTopics.Contains(TopicName.Parse(topic)), Is.EqualTo(isReserved));

    [TestCase("$SYS/broker/uptime")]
    [TestCase("$aws/events/presence/connected/a")]
    [TestCase("$aws/things/gate/shadow/update/delta")]
    [Spec("MQTT-3.3.5-2")]
    public async Task A_client_that_publishes_there_is_told_in_5_and_acknowledged_in_3_1_1_and_nobody_gets_it(string topic)
    {
        await using var broker = await TestBroker.StartAsync(options => options.SysInterval = TimeSpan.Zero);
        using var subscriber = await broker.ConnectAsync(RawClient.Connect("s"));
        await subscriber.SendAsync(RawClient.Subscribe(topic, 1));
        await subscriber.ReceivePacketAsync();
        using var modern = await broker.ConnectAsync(RawClient.Connect("m", V500));
        using var old = await broker.ConnectAsync(RawClient.Connect("o"));

        await modern.SendAsync(RawClient.Publish(topic, "x", properties: ""));
        await modern.SendAsync(RawClient.Publish(topic, "x", quality: 1, packetIdentifier: 1, retain: true, properties: ""));
        await ExpectRefusalAsync(modern, "40", "0001");
        await modern.SendAsync(RawClient.Publish(topic, "x", quality: 2, packetIdentifier: 2, properties: ""));
        await ExpectRefusalAsync(modern, "50", "0002");
        await old.SendAsync(RawClient.Publish(topic, "x", quality: 1, packetIdentifier: 1));
        await old.ExpectAsync("40 02 0001");
        await old.SendAsync(RawClient.Publish(topic, "x", quality: 2, packetIdentifier: 2));
        await old.ExpectAsync("50 02 0002");
        await old.SendAsync("62 02 0002");
        await old.ExpectAsync("70 02 0002");

        await subscriber.ExpectNothingAsync();
        var statistics = await broker.Broker.GetStatisticsAsync();
        Assert.That(statistics.RetainedMessages, Is.Zero);
        Assert.That(statistics.Drops[DropReason.RefusedByPolicy], Is.EqualTo(5));
    }

    [Test]
    public async Task A_will_there_is_refused_with_the_connection()
    {
        await using var broker = await TestBroker.StartAsync();
        var will = new MqttMessage { Topic = TopicName.Parse("$SYS/broker/uptime") };
        using var modern = await RawClient.OpenAsync(broker.Port);
        using var old = await RawClient.OpenAsync(broker.Port);

        await modern.SendAsync(RawClient.Connect("m", V500, will: will));
        Assert.That((await modern.ReceivePacketAsync())[3], Is.EqualTo(0x87));
        await modern.ExpectCloseAsync();
        await old.SendAsync(RawClient.Connect("o", will: will));
        await old.ExpectAsync("20 02 00 05");
        await old.ExpectCloseAsync();
    }

    private static async Task ExpectRefusalAsync(RawClient client, string type, string packetIdentifier)
    {
        var refusal = await client.ReceivePacketAsync();
        Assert.That(Convert.ToHexString(refusal), Does.Match($"^{type}..{packetIdentifier}87"));
        Assert.That(Encoding.UTF8.GetString(refusal), Does.EndWith("or it is the broker's own"));
    }

    [Test]
    public async Task Rooms_of_the_daemon_may_not_publish_there_either()
    {
        await using var broker = await TestBroker.StartAsync();

        Assert.That(
            async () => await broker.Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse("$aws/events/presence/connected/a") }),
            Throws.InstanceOf<MqttPublishRefusedException>());
    }

    [Test]
    public async Task Rooms_of_the_daemon_answer_for_shadows()
    {
        await using var broker = await TestBroker.StartAsync();
        using var subscriber = await broker.ConnectAsync(RawClient.Connect("s"));
        await subscriber.SendAsync(RawClient.Subscribe("$aws/things/a/shadow/update/delta", 0));
        await subscriber.ReceivePacketAsync();

        await broker.Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse("$aws/things/a/shadow/update/delta"), Payload = "x"u8.ToArray() });

        Assert.That(Encoding.UTF8.GetString(await subscriber.ReceivePacketAsync()), Does.EndWith("/deltax"));
    }
}
