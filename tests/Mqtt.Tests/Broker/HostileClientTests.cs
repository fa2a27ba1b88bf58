using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

public sealed class HostileClientTests
{
    private TestBroker _broker = null!;

    [SetUp]
    public async Task SetUp() => _broker = await TestBroker.StartAsync(options => options.Limits.MaxOutputBytes = 64 * 1024);

    [TearDown]
    public async Task TearDown() => await _broker.DisposeAsync();

    [TestCase("00 00", Description = "packet type 0")]
    [TestCase("30 FF FF FF FF", Description = "a length of five bytes")]
    [TestCase("36 05 0001 61 0001", Description = "QoS 3")]
    [TestCase("80 05 0001 0001 61", Description = "SUBSCRIBE with wrong header bits")]
    [TestCase("82 02 0001", Description = "SUBSCRIBE without a filter")]
    [TestCase("30 03 0001 23", Description = "a wildcard in a topic")]
    [TestCase("30 03 0001 FF", Description = "a topic that is not UTF-8")]
    [TestCase("F0 00", Description = "AUTH in 3.1.1")]
    [TestCase("90 03 0001 00", Description = "a packet of servers")]
    [TestCase("30 FF FF 7F", Description = "larger than the maximum packet")]
    public async Task A_broken_packet_closes_that_connection_and_no_other(string hex)
    {
        using var other = await _broker.ConnectAsync(RawClient.Connect("other"));
        using var client = await _broker.ConnectAsync(RawClient.Connect("bad"));

        await client.SendAsync(hex);

        await client.ExpectCloseAsync();
        await other.ExpectNothingAsync();
    }

    [Test]
    public async Task An_MQTT_5_client_is_told_why_before_the_close()
    {
        using var client = await _broker.ConnectAsync(RawClient.Connect("bad", MqttProtocolVersion.V500));

        await client.SendAsync("30 04 0001 23 00");

        var disconnect = await client.ReceivePacketAsync();
        Assert.That(disconnect[0], Is.EqualTo(0xE0));
        Assert.That((ReasonCode)disconnect[2], Is.EqualTo(ReasonCode.TopicNameInvalid));
        await client.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-3.1.0-1")]
    public async Task Anything_but_CONNECT_first_is_cut_off_without_an_answer()
    {
        using var client = await RawClient.OpenAsync(_broker.Port);

        await client.SendAsync("C000");

        await client.ExpectCloseAsync();
    }

    [Test]
    public async Task A_filter_of_30000_levels_is_refused_and_the_broker_lives()
    {
        using var client = await _broker.ConnectAsync(RawClient.Connect("deep"));

        await client.SendAsync(RawClient.Subscribe(new string('/', 30_000), 0));

        await client.ExpectAsync("90 03 0001 80");
        await client.ExpectNothingAsync();
    }

    [Test]
    public async Task A_reader_that_does_not_read_loses_QoS_0_and_keeps_QoS_1()
    {
        using var slow = await RawClient.OpenAsync(_broker.Port, receiveBuffer: 4096);
        await slow.SendAsync(RawClient.Connect("slow") + RawClient.Subscribe("a/#", 1));
        await slow.ExpectAsync("20 02 00 00 90 03 0001 01");
        using var publisher = await _broker.ConnectAsync(RawClient.Connect("p"));
        var payload = new string('x', 50_000);
        var sent = 0;
        await Eventually.IsTrueAsync(
            async () =>
            {
                await publisher.SendAsync(RawClient.Publish("a/0", payload));
                await publisher.ExpectNothingAsync();
                sent++;
                return (await _broker.Broker.GetStatisticsAsync()).Drops[DropReason.SlowReader] > 0;
            },
            "QoS 0 messages to be dropped");

        await publisher.SendAsync(RawClient.Publish("a/1", "kept", quality: 1, packetIdentifier: 1));
        await publisher.ExpectAsync("40 02 0001");

        byte[] packet;
        do
        {
            packet = await slow.ReceivePacketAsync();
        }
        while (packet[0] == 0x30);
        Assert.That(Convert.ToHexString(packet), Is.EqualTo("320B0003612F3100016B657074"));
    }

    [Test]
    public async Task A_client_that_asks_for_more_than_its_output_holds_gets_it_all_and_is_heard_again()
    {
        await using var broker = await TestBroker.StartAsync(options => options.Limits.MaxOutputBytes = 16 * 1024);
        using var client = await broker.ConnectAsync(RawClient.Connect("c"));
        for (var i = 0; i < 20; i++)
        {
            await client.SendAsync(RawClient.Publish($"r/{i}", new string('x', 20_000), retain: true));
        }

        await client.SendAsync(RawClient.Subscribe("r/#", 0));
        await client.ExpectAsync("90 03 0001 00");
        for (var i = 0; i < 20; i++)
        {
            Assert.That(await client.ReceivePacketAsync(), Has.Length.GreaterThan(20_000));
        }

        await client.ExpectNothingAsync();
    }

    [Test]
    public async Task A_long_topic_does_not_stay_in_memory_for_as_long_as_its_publisher_is_there()
    {
        using var client = await _broker.ConnectAsync(RawClient.Connect("c"));
        await client.SendAsync(RawClient.Publish("a", "x") + RawClient.Publish(new string('a', 2000), "x"));
        await client.ExpectNothingAsync();
        Assert.That(await _broker.Broker.InspectAsync(static core => core.Connections.Single().LastRoute), Is.Null);
    }

    [Test]
    public async Task A_thousand_clients_get_their_messages_and_leave_nothing_behind()
    {
        var clients = new List<RawClient>();
        for (var i = 0; i < 1000; i++)
        {
            var client = await _broker.ConnectAsync(RawClient.Connect($"c{i}"));
            await client.SendAsync(RawClient.Subscribe("all", 0) + RawClient.Subscribe($"own/{i}", 0));
            clients.Add(client);
        }

        foreach (var client in clients)
        {
            await client.ExpectAsync("90 03 0001 00 90 03 0001 00");
        }

        await clients[0].SendAsync(RawClient.Publish("all", "x"));
        foreach (var client in clients)
        {
            await client.ExpectAsync("30 06 0003 616C6C 78");
            client.Dispose();
        }

        await Eventually.IsTrueAsync(
            async () => await _broker.Broker.GetStatisticsAsync() is { Sessions: 0, Subscriptions: 0, ConnectedClients: 0 }, "all sessions to end");
    }
}
