using System.Text;
using Roost.Storage;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

public sealed class SessionTests
{
    private const MqttProtocolVersion V5 = MqttProtocolVersion.V500;

    [Test]
    [Spec("MQTT-4.4.0-1")]
    public async Task What_was_not_acknowledged_comes_again_in_order_with_DUP()
    {
        await using var broker = await TestBroker.StartAsync();
        using (var first = await broker.ConnectAsync(RawClient.Connect("s", clean: false)))
        {
            await first.SendAsync(RawClient.Subscribe("a", 1));
            await first.ExpectAsync("90 03 0001 01");
            await first.SendAsync(RawClient.Publish("a", "x", quality: 1, packetIdentifier: 1) + RawClient.Publish("a", "y", quality: 1, packetIdentifier: 2));
            await first.ReceiveAsync(2 * (8 + 4), "two messages and their acknowledgements");
        }

        using var again = await RawClient.OpenAsync(broker.Port);
        await again.SendAsync(RawClient.Connect("s", clean: false));

        await again.ExpectAsync("20 02 01 00 3A 06 0001 61 0001 78 3A 06 0001 61 0002 79");
    }

    [Test]
    [Spec("MQTT-4.3.3-1")]
    public async Task A_QoS_2_message_arrives_once_though_both_sides_reconnect_at_every_step()
    {
        await using var broker = await TestBroker.StartAsync();
        var subscribe = RawClient.Connect("s", clean: false);
        var publish = RawClient.Connect("p", clean: false);
        using (var subscriber = await broker.ConnectAsync(subscribe))
        {
            await subscriber.SendAsync(RawClient.Subscribe("a", 2));
            await subscriber.ExpectAsync("90 03 0001 02");
        }

        using (var publisher = await broker.ConnectAsync(publish))
        {
            await publisher.SendAsync(RawClient.Publish("a", "x", quality: 2, packetIdentifier: 5));
            await publisher.ExpectAsync("50 02 0005");
        }

        using (var publisher = await broker.ConnectAsync(publish))
        {
            await publisher.SendAsync(RawClient.Publish("a", "x", quality: 2, packetIdentifier: 5, duplicate: true));
            await publisher.ExpectAsync("50 02 0005");
            await publisher.SendAsync("62 02 0005");
            await publisher.ExpectAsync("70 02 0005");
        }

        using (var subscriber = await broker.ConnectAsync(subscribe))
        {
            await subscriber.ExpectAsync("34 06 0001 61 0001 78");
        }

        using (var subscriber = await broker.ConnectAsync(subscribe))
        {
            await subscriber.ExpectAsync("3C 06 0001 61 0001 78");
            await subscriber.SendAsync("50 02 0001");
            await subscriber.ExpectAsync("62 02 0001");
        }

        using (var subscriber = await broker.ConnectAsync(subscribe))
        {
            await subscriber.ExpectAsync("62 02 0001");
            await subscriber.SendAsync("70 02 0001");
            await subscriber.ExpectNothingAsync();
        }

        using var last = await broker.ConnectAsync(subscribe);
        await last.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.4-3")]
    public async Task A_second_connection_takes_the_session_over_and_the_first_is_told()
    {
        await using var broker = await TestBroker.StartAsync();
        using var first = await broker.ConnectAsync(RawClient.Connect("c", V5));

        using var second = await broker.ConnectAsync(RawClient.Connect("c", V5));

        var disconnect = await first.ReceivePacketAsync();
        Assert.That(disconnect[..3], Is.EqualTo(new byte[] { 0xE0, disconnect[1], 0x8E }));
        await first.ExpectCloseAsync();
        await second.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.3.4-9")]
    public async Task No_more_messages_are_in_flight_than_the_client_allows()
    {
        await using var broker = await TestBroker.StartAsync();
        using var subscriber = await broker.ConnectAsync(RawClient.Connect("s", V5, receiveMaximum: 1));
        await subscriber.SendAsync(RawClient.Subscribe("a", 1, V5));
        await subscriber.ReceivePacketAsync();
        using var publisher = await broker.ConnectAsync(RawClient.Connect("p"));
        await publisher.SendAsync(RawClient.Publish("a", "x", quality: 1, packetIdentifier: 1) + RawClient.Publish("a", "y", quality: 1, packetIdentifier: 2));
        await publisher.ExpectAsync("40 02 0001 40 02 0002");

        await subscriber.ExpectAsync("32 07 0001 61 0001 00 78");
        await subscriber.ExpectNothingAsync();
        await subscriber.SendAsync("40 02 0001");

        await subscriber.ExpectAsync("32 07 0001 61 0002 00 79");
    }

    [Test]
    public async Task Sessions_subscriptions_queued_and_retained_messages_survive_a_stop()
    {
        using var folder = new TemporaryFolder();
        await using (var broker = await TestBroker.StartAsync(options => options.Folder = folder["sessions"]))
        {
            using (var subscriber = await broker.ConnectAsync(RawClient.Connect("s", V5, expirySeconds: 3600)))
            {
                await subscriber.SendAsync(RawClient.Subscribe("a/#", 1, V5, identifier: 9));
                await subscriber.ReceivePacketAsync();
            }

            using var publisher = await broker.ConnectAsync(RawClient.Connect("p"));
            await publisher.SendAsync(RawClient.Publish("a/1", "x", quality: 1, packetIdentifier: 1, retain: true));
            await publisher.ExpectAsync("40 02 0001");
        }

        await using var restarted = await TestBroker.StartAsync(options => options.Folder = folder["sessions"]);
        using var again = await RawClient.OpenAsync(restarted.Port);
        await again.SendAsync(RawClient.Connect("s", V5, clean: false, expirySeconds: 3600));
        var answer = await again.ReceivePacketAsync();
        Assert.That(answer[2], Is.EqualTo(1), "session present");
        await again.ExpectAsync("32 0B 0003 612F31 0001 02 0B09 78");
        var retained = await restarted.Broker.FindRetainedAsync(TopicFilter.Parse("#"));
        Assert.That(retained.Single().Message.Payload.ToArray(), Is.EqualTo(Encoding.UTF8.GetBytes("x")));
    }

    [TestCase(Durability.PowerLoss)]
    [TestCase(Durability.Crash)]
    public async Task What_was_settled_or_ended_before_a_stop_is_gone_after_it(Durability durability)
    {
        using var folder = new TemporaryFolder();
        void Configure(MqttOptions options) => (options.Folder, options.Durability) = (folder["sessions"], durability);
        await using (var broker = await TestBroker.StartAsync(Configure))
        {
            using var ended = await broker.ConnectAsync(RawClient.Connect("e", V5, expirySeconds: 3600));
            await ended.SendAsync(RawClient.Subscribe("a", 1, V5));
            await ended.ReceivePacketAsync();
            await ended.SendAsync("E0 07 00 05 11 00000000"); // DISCONNECT that ends the session
            await ended.ExpectCloseAsync();
            using var client = await broker.ConnectAsync(RawClient.Connect("s", clean: false));
            await client.SendAsync(RawClient.Subscribe("a", 1));
            await client.ExpectAsync("90 03 0001 01");
            await client.SendAsync(RawClient.Publish("a", "x", quality: 1, packetIdentifier: 1));
            await client.ReceiveAsync(8 + 4, "the message and its acknowledgement");
            await client.SendAsync("40 02 0001");
            await client.ExpectNothingAsync();
        }

        await using var restarted = await TestBroker.StartAsync(Configure);
        var clients = await restarted.Broker.ListClientsAsync();
        Assert.That(clients.Single().ClientIdentifier, Is.EqualTo("s"));
        Assert.That(clients.Single().QueuedMessages, Is.Zero);
        Assert.That((await restarted.Broker.FindClientAsync("s"))!.Subscriptions.Select(static subscription => subscription.Filter), Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public async Task A_full_queue_drops_what_is_new_counts_it_and_tells_an_MQTT_5_publisher()
    {
        await using var broker = await TestBroker.StartAsync(options => options.Limits.MaxQueued = 1);
        using (var subscriber = await broker.ConnectAsync(RawClient.Connect("s", clean: false)))
        {
            await subscriber.SendAsync(RawClient.Subscribe("a", 1));
            await subscriber.ExpectAsync("90 03 0001 01");
        }

        using var publisher = await broker.ConnectAsync(RawClient.Connect("p", V5));
        await Eventually.IsTrueAsync(async () => (await broker.Broker.GetStatisticsAsync()).ConnectedClients == 1, "the subscriber to be gone");
        await publisher.SendAsync(RawClient.Publish("a", "x", quality: 1, packetIdentifier: 1, properties: ""));
        await publisher.ExpectAsync("40 02 0001");
        await publisher.SendAsync(RawClient.Publish("a", "y", quality: 1, packetIdentifier: 2, properties: ""));

        await publisher.ExpectAsync("40 03 0002 97");
        var clients = await broker.Broker.ListClientsAsync();
        Assert.That(clients.Single(client => client.ClientIdentifier == "s").Drops.Total, Is.EqualTo(1));
    }
}
