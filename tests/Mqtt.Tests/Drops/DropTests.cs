using Roost.Mqtt.Tests.Broker;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Drops;

/// <summary>What clients lose is told with its reason.</summary>
public sealed class DropTests
{
    private const MqttProtocolVersion V500 = MqttProtocolVersion.V500;

    [Test]
    public async Task A_full_queue_counts_for_client_and_prefix_and_what_waited_counts_when_the_session_ends()
    {
        await using var broker = await TestBroker.StartAsync(options => options.Limits.MaxQueued = 2);
        await LeaveAsync(broker, RawClient.Connect("away", clean: false), RawClient.Subscribe("robots/#", 1));
        using var publisher = await broker.ConnectAsync(RawClient.Connect("p"));
        for (var i = 1; i <= 5; i++)
        {
            await publisher.SendAsync(RawClient.Publish("robots/vac/pose", "x", quality: 1, packetIdentifier: (ushort)i));
            await publisher.ExpectAsync($"40 02 00 0{i}");
        }

        var full = await broker.Broker.GetDropsAsync();
        Assert.That(full.Total[DropReason.QueueFullMessages], Is.EqualTo(3));
        Assert.That(full.Clients.Select(static row => (row.Name, row.Counts[DropReason.QueueFullMessages])), Is.EqualTo(new[] { ("away", 3L) }));
        Assert.That(full.Prefixes.Select(static row => (row.Name, row.Counts.Total)), Is.EqualTo(new[] { ("robots/vac", 3L) }));

        using var again = await broker.ConnectAsync(RawClient.Connect("away"));
        Assert.That((await broker.Broker.GetDropsAsync()).Total[DropReason.SessionEnded], Is.EqualTo(2));
    }

    [Test]
    public async Task A_QoS_0_message_for_a_client_that_is_away_counts()
    {
        await using var broker = await TestBroker.StartAsync();
        await LeaveAsync(broker, RawClient.Connect("away", clean: false), RawClient.Subscribe("a", 0));

        await broker.Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse("a") });

        Assert.That((await broker.Broker.GetDropsAsync()).Total[DropReason.ClientAway], Is.EqualTo(1));
    }

    [Test]
    public async Task A_message_that_is_too_large_for_the_client_counts()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync(RawClient.Connect("c", V500, maximumPacketSize: 40));
        await client.SendAsync(RawClient.Subscribe("a", 1, V500));
        await client.ReceivePacketAsync();

        await broker.Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse("a"), Payload = new byte[100], QualityOfService = QualityOfService.AtLeastOnce });

        Assert.That((await broker.Broker.GetDropsAsync()).Total[DropReason.TooLarge], Is.EqualTo(1));
    }

    private static async Task LeaveAsync(TestBroker broker, string connect, string subscribe)
    {
        using (var client = await broker.ConnectAsync(connect))
        {
            await client.SendAsync(subscribe);
            await client.ReceivePacketAsync();
        }

        await Eventually.IsTrueAsync(async () => (await broker.Broker.GetStatisticsAsync()).ConnectedClients == 0, "the client to be away");
    }
}
