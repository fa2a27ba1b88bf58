using System.Text;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Tests.Broker;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Status;

/// <summary><c>$SYS</c> on the wire.</summary>
public sealed class StatusTopicTests
{
    private readonly ManualTimeProvider _clock = new();

    [Test]
    public async Task A_new_subscriber_gets_the_values_at_once_as_retained_messages()
    {
        await using var broker = await TestBroker.StartAsync(clock: _clock);
        using var client = await broker.ConnectAsync(RawClient.Connect("c"));

        await client.SendAsync(RawClient.Subscribe("$SYS/broker/clients/+", 2));
        await client.ExpectAsync("90 03 0001 02");

        var values = await ReceiveAsync(client, 7);
        Assert.That(values["$SYS/broker/clients/connected"], Is.EqualTo((true, "1")));
        Assert.That(values["$SYS/broker/clients/total"], Is.EqualTo((true, "1")));
        await client.ExpectNothingAsync();
    }

    [Test]
    public async Task Values_that_changed_come_in_each_interval_and_the_others_do_not()
    {
        await using var broker = await TestBroker.StartAsync(clock: _clock);
        using var client = await broker.ConnectAsync(RawClient.Connect("c"));
        await client.SendAsync(RawClient.Subscribe("$SYS/broker/uptime", 0) + RawClient.Subscribe("$SYS/broker/version", 0));
        await client.ExpectAsync("90 03 0001 00");
        Assert.That(await ReceiveOneAsync(client), Is.EqualTo(("$SYS/broker/uptime", true, "0 seconds")));
        await client.ExpectAsync("90 03 0001 00");
        Assert.That((await ReceiveOneAsync(client)).Value, Does.StartWith("roost version "));

        await AdvanceAsync(broker, TimeSpan.FromSeconds(9.9));
        await client.ExpectNothingAsync();
        await AdvanceAsync(broker, TimeSpan.FromSeconds(0.1));
        Assert.That(await ReceiveOneAsync(client), Is.EqualTo(("$SYS/broker/uptime", false, "10 seconds")));
        await AdvanceAsync(broker, TimeSpan.FromSeconds(10));
        Assert.That(await ReceiveOneAsync(client), Is.EqualTo(("$SYS/broker/uptime", false, "20 seconds")));
        await client.ExpectNothingAsync();
    }

    [Test]
    public async Task Nothing_runs_while_nobody_subscribes()
    {
        await using var broker = await TestBroker.StartAsync(clock: _clock);
        using var client = await broker.ConnectAsync(RawClient.Connect("c", keepAlive: 0));
        Assert.That(await broker.Broker.InspectAsync(static core => core.Timers.Count), Is.Zero);
        await client.SendAsync(RawClient.Subscribe("$SYS/#", 0));
        await client.ReceivePacketAsync();
        Assert.That(await broker.Broker.InspectAsync(static core => core.Timers.Count), Is.EqualTo(1));
        await client.SendAsync("A2 0A 0002 0006 245359532F23");
        await AdvanceAsync(broker, TimeSpan.FromSeconds(10));
        await Eventually.IsTrueAsync(
            async () => await broker.Broker.InspectAsync(static core => core.Timers.Count) == 0, "the timer to end with the last subscription");
    }

    [Test]
    [Spec("MQTT-4.7.2-1")]
    public async Task A_wildcard_in_the_first_level_does_not_match()
    {
        await using var broker = await TestBroker.StartAsync(clock: _clock);
        using var all = await broker.ConnectAsync(RawClient.Connect("all"));
        await all.SendAsync(RawClient.Subscribe("#", 0) + RawClient.Subscribe("+/broker/uptime", 0));
        await all.ExpectAsync("90 03 0001 00 90 03 0001 00");
        using var other = await broker.ConnectAsync(RawClient.Connect("other"));
        await other.SendAsync(RawClient.Subscribe("$SYS/#", 0));

        await AdvanceAsync(broker, TimeSpan.FromSeconds(10));

        await all.ExpectNothingAsync();
    }

    [Test]
    public async Task An_interval_of_zero_leaves_nothing_there()
    {
        await using var broker = await TestBroker.StartAsync(options => options.SysInterval = TimeSpan.Zero, _clock);
        using var client = await broker.ConnectAsync(RawClient.Connect("c"));
        await client.SendAsync(RawClient.Subscribe("$SYS/#", 0));
        await client.ExpectAsync("90 03 0001 00");
        await AdvanceAsync(broker, TimeSpan.FromMinutes(1));
        await client.ExpectNothingAsync();
    }

    [Test]
    public async Task A_durable_subscription_writes_no_value_to_the_journal_and_is_served_after_a_restart()
    {
        using var folder = new TemporaryFolder();
        await using (var broker = await TestBroker.StartAsync(options => options.Folder = folder.Path, _clock))
        {
            using var client = await broker.ConnectAsync(RawClient.Connect("c", clean: false));
            await client.SendAsync(RawClient.Subscribe("$SYS/broker/uptime", 2));
            Assert.That((await ReceiveOneAsync(client)).Value, Is.EqualTo("0 seconds"));
            await client.ExpectAsync("90 03 0001 02"); // later: it waits for the journal
        }

        await using var again = await TestBroker.StartAsync(options => options.Folder = folder.Path, _clock);
        using var back = await again.ConnectAsync(RawClient.Connect("c", clean: false));
        await AdvanceAsync(again, TimeSpan.FromSeconds(10));
        Assert.That((await ReceiveOneAsync(back)).Value, Is.EqualTo("10 seconds"));
        Assert.That((await again.Broker.GetStatisticsAsync()).QueuedMessages, Is.Zero);
    }

    [Test]
    public async Task Counts_are_those_of_the_wire()
    {
        await using var broker = await TestBroker.StartAsync(clock: _clock);
        using var client = await broker.ConnectAsync(RawClient.Connect("c"));
        await client.SendAsync(RawClient.Subscribe("a", 0));
        await client.ExpectAsync("90 03 0001 00");
        await client.SendAsync(RawClient.Publish("a", "hello"));
        await client.ReceivePacketAsync();
        var received = Convert.FromHexString(RawClient.Connect("c")).Length + 8 + 10; // and SUBSCRIBE, PUBLISH

        await client.SendAsync(RawClient.Subscribe("$SYS/#", 0));
        await client.ExpectAsync("90 03 0001 00");

        var values = await ReceiveAsync(client, await broker.Broker.InspectAsync(static core => new Roost.Mqtt.Status.StatusTopics(core).All.Count));
        Assert.Multiple(() =>
        {
            Assert.That(values["$SYS/broker/bytes/received"].Value, Is.EqualTo(received.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            Assert.That(values["$SYS/broker/bytes/sent"].Value, Is.EqualTo("19")); // CONNACK, SUBACK, PUBLISH
            Assert.That(values["$SYS/broker/messages/received"].Value, Is.EqualTo("3"), "the packet that asks is not counted yet");
            Assert.That(values["$SYS/broker/messages/sent"].Value, Is.EqualTo("3"));
            Assert.That(values["$SYS/broker/publish/messages/received"].Value, Is.EqualTo("1"));
            Assert.That(values["$SYS/broker/publish/bytes/sent"].Value, Is.EqualTo("5"));
            Assert.That(values["$SYS/broker/subscriptions/count"].Value, Is.EqualTo("2"));
            Assert.That(values, Contains.Key("$SYS/broker/retained messages/count").And.ContainKey("$SYS/broker/load/publish/dropped/15min"));
        });
    }

    private async Task AdvanceAsync(TestBroker broker, TimeSpan time)
    {
        _clock.Advance(time);
        await broker.Broker.TurnAsync();
    }

    private static async Task<Dictionary<string, (bool Retain, string Value)>> ReceiveAsync(RawClient client, int count)
    {
        var values = new Dictionary<string, (bool, string)>();
        for (var i = 0; i < count; i++)
        {
            var (topic, retain, value) = await ReceiveOneAsync(client);
            values.Add(topic, (retain, value));
        }

        return values;
    }

    private static async Task<(string Topic, bool Retain, string Value)> ReceiveOneAsync(RawClient client)
    {
        var packet = await client.ReceivePacketAsync();
        Assert.That(packet[0] & 0xFE, Is.EqualTo(0x30), "a PUBLISH at QoS 0");
        PacketFrame.TryRead(packet, packet.Length, out var frame, out _);
        PublishView.TryRead(frame, MqttProtocolVersion.V311, PacketSender.Server, out var publish, out _);
        return (Encoding.UTF8.GetString(publish.Topic), publish.Retain, Encoding.UTF8.GetString(publish.Payload));
    }
}
