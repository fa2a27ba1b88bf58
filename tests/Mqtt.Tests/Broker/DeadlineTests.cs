using Roost.Mqtt.Connections;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

public sealed class DeadlineTests
{
    private const MqttProtocolVersion V5 = MqttProtocolVersion.V500;
    private readonly ManualTimeProvider _clock = new();
    private TestBroker _broker = null!;

    [SetUp]
    public async Task SetUp() => _broker = await TestBroker.StartAsync(clock: _clock);

    [TearDown]
    public async Task TearDown() => await _broker.DisposeAsync();

    [Test]
    [Spec("MQTT-3.1.2-22")]
    public async Task A_silent_client_is_cut_off_after_one_and_a_half_keep_alives()
    {
        using var client = await _broker.ConnectAsync(RawClient.Connect("c", V5, keepAlive: 10));
        await AdvanceAsync(14);
        await client.ExpectNothingAsync();

        await AdvanceAsync(15);

        var disconnect = await client.ReceivePacketAsync();
        Assert.That(disconnect[2], Is.EqualTo(0x8D));
        await client.ExpectCloseAsync();
    }

    [Test]
    public async Task A_client_that_the_journal_keeps_unread_is_not_taken_for_silent()
    {
        using var client = await _broker.ConnectAsync(RawClient.Connect("c", V5, keepAlive: 10));
        await _broker.Broker.InspectAsync(static core =>
        {
            core.Connections.Single().Pause(PauseReasons.Journal);
            return true;
        });
        await AdvanceAsync(16);
        await AdvanceAsync(14);
        await _broker.Broker.InspectAsync(static core =>
        {
            core.Connections.Single().Resume(PauseReasons.Journal);
            return true;
        });
        await AdvanceAsync(14);
        Assert.That((await _broker.Broker.GetStatisticsAsync()).ConnectedClients, Is.EqualTo(1));

        await AdvanceAsync(15);

        Assert.That((await client.ReceivePacketAsync())[2], Is.EqualTo(0x8D));
    }

    [Test]
    [Spec("MQTT-3.1.2-22")]
    public async Task Single_bytes_do_not_keep_a_client_and_pieces_of_a_large_packet_do()
    {
        using var slow = await _broker.ConnectAsync(RawClient.Connect("slow", V5, keepAlive: 10));
        using var large = await _broker.ConnectAsync(RawClient.Connect("large", V5, keepAlive: 10));
        await slow.SendAsync("30 90 4E");
        await large.SendAsync("30 90 4E");
        for (var i = 0; i < 3; i++)
        {
            await slow.SendAsync("00");
            await large.SendAsync(new byte[2000]);
            await Eventually.IsTrueAsync(async () => await _broker.Broker.InspectAsync(core => core.Connections.Any(connection => connection.UnfinishedBytes > 2000 * (i + 1))), "the pieces");
            await AdvanceAsync(6);
        }

        Assert.That((await slow.ReceivePacketAsync())[2], Is.EqualTo(0x8D));
        Assert.That((await _broker.Broker.ListClientsAsync()).Select(static client => client.ClientIdentifier), Is.EqualTo(new[] { "large" }));
    }

    [Test]
    public async Task A_connection_without_CONNECT_is_closed_after_the_connect_timeout()
    {
        using var client = await RawClient.OpenAsync(_broker.Port);
        await client.SendAsync("10"); // the first byte of a CONNECT
        await Eventually.IsTrueAsync(async () => await _broker.Broker.InspectAsync(static core => core.Connections.Count) == 1, "the connection to be accepted");

        await AdvanceAsync(10);

        await client.ExpectCloseAsync();
    }

    [Test]
    public async Task A_retained_message_that_expires_is_removed()
    {
        using var client = await _broker.ConnectAsync(RawClient.Connect("c", V5));
        await client.SendAsync(RawClient.Publish("r", "x", 1, 1, retain: true, properties: "020000000A"));
        await client.ReceivePacketAsync();
        await client.SendAsync(RawClient.Publish("r", "y", 1, 2, retain: true, properties: "0200000014"));
        await client.ReceivePacketAsync();
        await AdvanceAsync(19);
        Assert.That((await _broker.Broker.GetStatisticsAsync()).RetainedMessages, Is.EqualTo(1), "the first one's expiry is not the second's");
        await AdvanceAsync(2);
        Assert.That((await _broker.Broker.GetStatisticsAsync()).RetainedMessages, Is.Zero);
        await client.SendAsync(RawClient.Subscribe("r", 1, V5));
        await client.ExpectAsync("90 04 0001 00 01");
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.3-9")]
    public async Task A_will_with_a_delay_is_published_after_it_unless_the_client_is_back()
    {
        var will = new MqttMessage { Topic = TopicName.Parse("w"), Payload = "!"u8.ToArray() };
        using var watcher = await _broker.ConnectAsync(RawClient.Connect("watcher"));
        await watcher.SendAsync(RawClient.Subscribe("w", 0));
        await watcher.ExpectAsync("90 03 0001 00");
        var connect = RawClient.Connect("c", V5, clean: false, expirySeconds: 100, will: will, willDelay: 30);
        using (await _broker.ConnectAsync(connect))
        {
        }

        await UntilOnlineAsync(1);
        await AdvanceAsync(29);
        using (await _broker.ConnectAsync(connect))
        {
            await AdvanceAsync(2);
            await watcher.ExpectNothingAsync();
        }

        await UntilOnlineAsync(1);
        await AdvanceAsync(30);

        await watcher.ExpectAsync("30 04 0001 77 21");
    }

    [Test]
    [Spec("MQTT-3.14.4-3")]
    public async Task A_will_is_published_at_once_after_a_loss_and_not_after_a_good_bye()
    {
        var will = new MqttMessage { Topic = TopicName.Parse("w"), Payload = "!"u8.ToArray() };
        using var watcher = await _broker.ConnectAsync(RawClient.Connect("watcher"));
        await watcher.SendAsync(RawClient.Subscribe("w", 0));
        await watcher.ExpectAsync("90 03 0001 00");
        using (var polite = await _broker.ConnectAsync(RawClient.Connect("a", will: will)))
        {
            await polite.SendAsync("E000");
            await polite.ExpectCloseAsync();
        }

        await watcher.ExpectNothingAsync();
        using (await _broker.ConnectAsync(RawClient.Connect("b", will: will)))
        {
        }

        await watcher.ExpectAsync("30 04 0001 77 21");
    }

    [Test]
    [Spec("MQTT-3.3.2-5")]
    public async Task A_queued_message_expires_and_the_time_left_of_another_is_told()
    {
        using (var subscriber = await _broker.ConnectAsync(RawClient.Connect("s", V5, expirySeconds: 1000)))
        {
            await subscriber.SendAsync(RawClient.Subscribe("a", 1, V5));
            await subscriber.ReceivePacketAsync();
        }

        using var publisher = await _broker.ConnectAsync(RawClient.Connect("p", V5, keepAlive: 1000));
        await UntilOnlineAsync(1);
        await publisher.SendAsync(RawClient.Publish("a", "x", quality: 1, packetIdentifier: 1, properties: "020000000A"));
        await publisher.SendAsync(RawClient.Publish("a", "y", quality: 1, packetIdentifier: 2, properties: "0200000064"));
        await publisher.ExpectAsync("40 02 0001 40 02 0002");
        await AdvanceAsync(20);

        using var again = await _broker.ConnectAsync(RawClient.Connect("s", V5, clean: false, expirySeconds: 1000));

        await again.ExpectAsync("32 0C 0001 61 0002 05 02 00000050 79");
    }

    [Test]
    public async Task A_session_ends_when_its_client_is_away_for_too_long()
    {
        using (await _broker.ConnectAsync(RawClient.Connect("s", V5, expirySeconds: 60)))
        {
        }

        await UntilOnlineAsync(0);
        Assert.That((await _broker.Broker.GetStatisticsAsync()).Sessions, Is.EqualTo(1));

        await AdvanceAsync(60);

        Assert.That((await _broker.Broker.GetStatisticsAsync()).Sessions, Is.Zero);
    }

    private async Task AdvanceAsync(int seconds)
    {
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        await _broker.Broker.TurnAsync();
        await _broker.Broker.TurnAsync(); // deadlines are looked at after the post of a turn
    }

    private Task UntilOnlineAsync(int clients) =>
        Eventually.IsTrueAsync(async () => (await _broker.Broker.GetStatisticsAsync()).ConnectedClients == clients, $"{clients} clients to be left");
}
