using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>Clients as an operator sees and removes them.</summary>
public sealed class ClientListTests
{
    private const MqttProtocolVersion V500 = MqttProtocolVersion.V500;

    [Test]
    public async Task Pages_hold_every_client_once_in_order()
    {
        await using var broker = await TestBroker.StartAsync();
        var names = Enumerable.Range(0, 50).Select(static number => $"c{number * 7 % 50:00}").ToList();
        foreach (var name in names)
        {
            using var client = await broker.ConnectAsync(RawClient.Connect(name, clean: false));
        }

        var seen = new List<string>();
        while (await broker.Broker.ListClientsAsync(new ClientQuery("c", seen.LastOrDefault(), Count: 7)) is { Count: > 0 } page)
        {
            Assert.That(page, Has.Count.LessThanOrEqualTo(7));
            seen.AddRange(page.Select(static client => client.ClientIdentifier));
        }

        Assert.That(seen, Is.EqualTo(names.Order(StringComparer.Ordinal)));
    }

    [Test]
    public async Task What_is_in_flight_is_told_by_its_identifiers_and_no_more_than_a_thousand()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync(RawClient.Connect("c", V500, receiveMaximum: 2000));
        await client.SendAsync(RawClient.Subscribe("a", 1, V500));
        await client.ReceivePacketAsync();
        for (var i = 0; i < 1100; i++)
        {
            await broker.Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse("a"), QualityOfService = QualityOfService.AtLeastOnce });
        }

        var details = (await broker.Broker.FindClientAsync("c"))!;

        Assert.That(details.Summary.InflightMessages, Is.EqualTo(1100));
        Assert.That(details.InflightIdentifiers, Has.Count.EqualTo(ClientDetails.MaxListed).And.ItemAt(0).EqualTo(1));
        Assert.That(details.Summary.Connection!.BytesSent, Is.GreaterThan(1100 * 8));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Ending_a_session_publishes_its_will_and_leaves_nothing(bool isHere)
    {
        await using var broker = await TestBroker.StartAsync();
        using var watcher = await broker.ConnectAsync(RawClient.Connect("w"));
        await watcher.SendAsync(RawClient.Subscribe("gone", 0));
        await watcher.ReceivePacketAsync();
        using (var client = await broker.ConnectAsync(RawClient.Connect(
            "c", V500, expirySeconds: 3600, will: new MqttMessage { Topic = TopicName.Parse("gone"), Payload = "x"u8.ToArray() }, willDelay: 600)))
        {
            await client.SendAsync(RawClient.Subscribe("a", 1, V500));
            await client.ReceivePacketAsync();
            if (isHere)
            {
                Assert.That(await broker.Broker.DisconnectClientAsync("c", endSession: true), Is.True);
                var told = await client.ReceivePacketAsync();
                Assert.That((told[0], told[2]), Is.EqualTo((0xE0, 0x98)));
            }
        }

        if (!isHere)
        {
            await Eventually.IsTrueAsync(async () => (await broker.Broker.GetStatisticsAsync()).ConnectedClients == 1, "the client to be away");
            Assert.That(await broker.Broker.DisconnectClientAsync("c"), Is.False, "there is no connection to close");
            Assert.That(await broker.Broker.DisconnectClientAsync("c", endSession: true), Is.True);
        }

        await watcher.ExpectAsync("30 07 0004 676F6E65 78");
        Assert.That(await broker.Broker.FindClientAsync("c"), Is.Null);
        Assert.That((await broker.Broker.GetStatisticsAsync()).Subscriptions, Is.EqualTo(1));
    }
}
