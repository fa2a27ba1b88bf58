using Microsoft.Extensions.Logging.Abstractions;
using Roost.Mqtt.Connections;
using Roost.Mqtt.Core;
using Roost.Mqtt.Journal;
using Roost.Mqtt.Loop;
using Roost.Mqtt.Protocol;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>Topic Aliases that the broker sets (MQTT 5 section 3.3.2.3.4).</summary>
public sealed class OutboundAliasTests
{
    private const MqttProtocolVersion V500 = MqttProtocolVersion.V500;

    [Test]
    [Spec("MQTT-3.3.2-8")]
    public async Task The_second_message_of_a_topic_has_an_alias_in_its_place()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync(Connect("c", aliases: 2));
        await SubscribeAsync(client);

        await PublishAsync(broker, "room/1", "room/1", "room/2", "room/1", "room/2");

        await client.ExpectAsync(
            "30 0E 0006 726F6F6D2F31 03 230001 7878" + "30 08 0000 03 230001 7878" + "30 0E 0006 726F6F6D2F32 03 230002 7878" +
            "30 08 0000 03 230001 7878" + "30 08 0000 03 230002 7878");
    }

    [TestCase(1, 64)]
    [TestCase(64, 1)]
    [Spec("MQTT-3.1.2-26")]
    public async Task No_alias_is_above_what_the_client_or_the_listener_allows(int clientMaximum, int listenerMaximum)
    {
        await using var broker = await TestBroker.StartAsync(options => options.Limits.TopicAliasMaxOut = listenerMaximum);
        using var client = await broker.ConnectAsync(Connect("c", (ushort)clientMaximum));
        await SubscribeAsync(client);

        await PublishAsync(broker, "room/1", "room/2", "room/2", "room/1");

        await client.ExpectAsync(
            "30 0E 0006 726F6F6D2F31 03 230001 7878" + "30 0B 0006 726F6F6D2F32 00 7878" + "30 0B 0006 726F6F6D2F32 00 7878" + "30 08 0000 03 230001 7878");
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [Spec("MQTT-3.1.2-27")]
    public async Task Of_many_readers_each_has_its_own_aliases_or_none(int quality)
    {
        await using var broker = await TestBroker.StartAsync();
        using var many = await broker.ConnectAsync(Connect("m", aliases: 10));
        using var few = await broker.ConnectAsync(Connect("f", aliases: 1));
        using var none = await broker.ConnectAsync(RawClient.Connect("n", V500));
        using var old = await broker.ConnectAsync(RawClient.Connect("o"));
        await SubscribeAsync(many, quality);
        await PublishAsync(broker, "other");
        await many.ReceivePacketAsync(); // so that its aliases are others than those of the rest
        await SubscribeAsync(few, quality);
        await SubscribeAsync(none, quality);
        await old.SendAsync(RawClient.Subscribe("#", quality));
        await old.ReceivePacketAsync();

        for (var i = 1; i <= 3; i++)
        {
            await broker.Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse("room/1"), Payload = "xx"u8.ToArray(), QualityOfService = (QualityOfService)quality });
        }

        foreach (var (client, alias) in new[] { (many, 2), (few, 1), (none, 0), (old, 0) })
        {
            for (var i = 1; i <= 3; i++)
            {
                var packet = await client.ReceivePacketAsync();
                Assert.That(Read(packet, client == old ? MqttProtocolVersion.V311 : V500), Is.EqualTo((i == 1 || alias == 0 ? "room/1" : "", alias, "xx")));
            }
        }
    }

    [Test]
    public async Task A_packet_that_only_fits_without_its_alias_is_sent_without()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await RawClient.OpenAsync(broker.Port);
        await client.SendAsync(Connect("c", aliases: 2, maximumPacketSize: 64));
        await client.ReceivePacketAsync();
        await SubscribeAsync(client);
        var payload = new byte[64 - 11]; // with 2 bytes of header, 8 of topic and 1 of properties, 64 bytes

        await broker.Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse("room/1"), Payload = payload });
        await broker.Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse("room/1"), Payload = payload });

        Assert.That(Read(await client.ReceivePacketAsync(), V500).Alias, Is.Zero);
        Assert.That(Read(await client.ReceivePacketAsync(), V500).Alias, Is.Zero);
    }

    [Test]
    public async Task A_new_connection_begins_without_aliases()
    {
        await using var broker = await TestBroker.StartAsync();
        using (var first = await broker.ConnectAsync(Connect("c", aliases: 2, expirySeconds: 60)))
        {
            await SubscribeAsync(first, 1);
            await broker.Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse("room/1"), Payload = "xx"u8.ToArray(), QualityOfService = QualityOfService.AtLeastOnce });
            Assert.That(Read(await first.ReceivePacketAsync(), V500), Is.EqualTo(("room/1", 1, "xx")));
        }

        using var second = await RawClient.OpenAsync(broker.Port);
        await second.SendAsync(Connect("c", aliases: 2, expirySeconds: 60, clean: false));
        await second.ReceivePacketAsync();
        Assert.That(Read(await second.ReceivePacketAsync(), V500), Is.EqualTo(("room/1", 1, "xx")));
    }

    [Test]
    public void Aliased_messages_allocate_nothing()
    {
        var clock = new LoopClock(TimeProvider.System);
        var core = new BrokerCore(
            new MqttLimitsOptions(), new MemoryJournal(), clock, new TimerHeap(), new Mailbox(static () => { }), new BrokerCounters(), NullLogger.Instance);
        var subscribers = new[] { "s", "t" }.Select(name => SinkConnection.Accept(core, Connect(name, aliases: 8) + RawClient.Subscribe("room/1", 0, V500))).ToArray();
        var publisher = SinkConnection.Accept(core, RawClient.Connect("p"));
        var publish = Convert.FromHexString(RawClient.Publish("room/1", "xx"));
        void Round()
        {
            core.OnReceived(publisher, publish, out _);
            core.EndTurn();
        }

        for (var i = 0; i < 1000; i++)
        {
            Round();
        }

        var flushed = subscribers[1].FlushedBytes;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Round();
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(subscribers[1].FlushedBytes - flushed, Is.EqualTo(1000 * 10));
    }

    [Test]
    public void A_topic_that_is_too_short_or_too_long_gets_no_alias()
    {
        var aliases = new OutboundAliases(4);
        Assert.That(aliases.Find("abc"u8, out _), Is.Zero);
        Assert.That(aliases.Find(new byte[1025], out _), Is.Zero);
        Assert.That(aliases.Find("abcd"u8, out var isKnown), Is.EqualTo(1));
        Assert.That(isKnown, Is.False);
    }

    [Test]
    public async Task A_client_whose_aliases_stand_for_too_many_bytes_is_disconnected()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync(RawClient.Connect("c", V500));
        for (var i = 1; i <= 33; i++)
        {
            await client.SendAsync(RawClient.Publish(new string('a', 2000) + i, "", properties: $"23{i:X4}"));
        }

        var packet = await client.ReceivePacketAsync();
        Assert.That((packet[0], (ReasonCode)packet[2]), Is.EqualTo((0xE0, ReasonCode.QuotaExceeded)));
    }

    private static (string Topic, int Alias, string Payload) Read(byte[] packet, MqttProtocolVersion version)
    {
        PacketFrame.TryRead(packet, int.MaxValue, out var frame, out _);
        Assert.That(PublishView.TryRead(frame, version, PacketSender.Server, out var publish, out _), Is.True);
        return (System.Text.Encoding.UTF8.GetString(publish.Topic), publish.TopicAlias, System.Text.Encoding.UTF8.GetString(publish.Payload));
    }

    private static async Task SubscribeAsync(RawClient client, int quality = 0)
    {
        await client.SendAsync(RawClient.Subscribe("#", quality, V500));
        await client.ExpectAsync($"90 04 0001 00 0{quality}");
    }

    private static async Task PublishAsync(TestBroker broker, params string[] topics)
    {
        foreach (var topic in topics)
        {
            await broker.Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse(topic), Payload = "xx"u8.ToArray() });
        }
    }

    private static string Connect(string clientIdentifier, ushort aliases, uint? maximumPacketSize = null, uint? expirySeconds = null, bool clean = true) =>
        Convert.ToHexString(new ConnectPacket
        {
            ClientIdentifier = clientIdentifier,
            CleanStart = clean,
            KeepAliveSeconds = 60,
            TopicAliasMaximum = aliases,
            MaximumPacketSize = maximumPacketSize,
            SessionExpirySeconds = expirySeconds,
        }.ToArray(V500));
}
