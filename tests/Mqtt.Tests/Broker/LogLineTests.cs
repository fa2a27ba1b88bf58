using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>What the operator reads of clients that were refused, cut off or lost messages, and that nobody can flood the log with it.</summary>
public sealed class LogLineTests
{
    private const MqttProtocolVersion V500 = MqttProtocolVersion.V500;
    private readonly ManualTimeProvider _clock = new();

    [Test]
    public async Task A_connection_above_max_connections_has_a_line_with_its_listener()
    {
        await using var broker = await TestBroker.StartAsync(static options => options.Limits.MaxConnections = 1);
        using var first = await broker.ConnectAsync(RawClient.Connect("a"));
        using var second = await RawClient.OpenAsync(broker.Port);
        await second.ExpectCloseAsync();

        await broker.Log.ShowsAsync($" to mqtt 127.0.0.1:{broker.Port} was closed: there are as many connections as may be (limits: max-connections).");
    }

    [Test]
    public async Task A_connection_above_the_listeners_own_limit_says_whose_limit_it_is()
    {
        await using var broker = await TestBroker.StartAsync(static options => (options.Listeners[0].Limits.MaxConnections, options.Listeners[0].Name) = (1, "robots"));
        using var first = await broker.ConnectAsync(RawClient.Connect("a"));
        using var second = await RawClient.OpenAsync(broker.Port);
        await second.ExpectCloseAsync();

        await broker.Log.ShowsAsync(" to robots was closed: the listener has as many connections as it may");
    }

    [Test]
    public async Task A_connection_that_comes_too_soon_has_a_line()
    {
        await using var broker = await TestBroker.StartAsync(static options => options.Limits.ConnectRate = 1, _clock);
        using var first = await broker.ConnectAsync(RawClient.Connect("a"));
        using var second = await RawClient.OpenAsync(broker.Port);
        await second.ExpectCloseAsync();

        await broker.Log.ShowsAsync("was closed: more connections come than may in a second (limits: connect-rate");
    }

    [Test]
    public async Task A_session_above_max_sessions_has_a_line_with_the_clients_name()
    {
        await using var broker = await TestBroker.StartAsync(static options => options.Limits.MaxSessions = 1);
        using var first = await broker.ConnectAsync(RawClient.Connect("a"));
        using var second = await RawClient.OpenAsync(broker.Port);
        await second.SendAsync(RawClient.Connect("vac-02"));
        await second.ExpectAsync("20 02 00 03");

        await broker.Log.ShowsAsync("vac-02 at 127.0.0.1:");
        await broker.Log.ShowsAsync("was refused: there are as many sessions as may be (limits: max-sessions).");
        Assert.That(broker.Log.Lines, Has.None.Contains("was closed"));
    }

    [Test]
    public async Task A_retained_message_above_max_retained_has_a_line_with_its_topic()
    {
        await using var broker = await TestBroker.StartAsync(static options => options.Limits.MaxRetained = 1);
        using var client = await broker.ConnectAsync(RawClient.Connect("a"));
        await client.SendAsync(RawClient.Publish("one", "x", 1, 1, retain: true));
        await client.ExpectAsync("40 02 0001");
        Assert.That(broker.Log.Lines, Has.None.Contains("retained message on"));
        await client.SendAsync(RawClient.Publish("two", "x", 1, 2, retain: true));

        await broker.Log.ShowsAsync("A retained message on two has reached who is subscribed and is not retained: 1 are, with ");
        await broker.Log.ShowsAsync("(limits: max-retained).");
    }

    [TestCase(4096, 1_000_000, "max-queued-size")]
    [TestCase(1_000_000, 4096, "max-queued-total, which all sessions and retained messages share")]
    public async Task A_full_queue_names_the_limit_that_it_met(int ofOne, int ofAll, string limit)
    {
        await using var broker = await TestBroker.StartAsync(options => (options.Limits.MaxQueuedSizeBytes, options.Limits.MaxQueuedTotalBytes) = (ofOne, ofAll));
        using (var reader = await broker.ConnectAsync(RawClient.Connect("away", clean: false)))
        {
            await reader.SendAsync(RawClient.Subscribe("t", 1));
            await reader.ReceivePacketAsync();
        }

        using var client = await broker.ConnectAsync(RawClient.Connect("a"));
        for (ushort i = 1; i <= 4; i++)
        {
            await client.SendAsync(RawClient.Publish("t", new string('x', 1500), 1, i));
            await client.ReceivePacketAsync();
        }

        await broker.Log.ShowsAsync($"(limits: {limit}).");
    }

    [Test]
    public async Task A_packet_that_breaks_the_protocol_has_a_line_with_client_and_reason()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync(RawClient.Connect("vac-01"));
        await client.SendAsync("F1 00");
        await client.ExpectCloseAsync();

        await broker.Log.ShowsAsync($" on mqtt 127.0.0.1:{broker.Port} was closed: ");
        Assert.That(broker.Log.Lines, Has.One.Match("^vac-01 at 127.0.0.1:[0-9]+ on mqtt 127.0.0.1:[0-9]+ was closed: .+[.]$"));
    }

    [Test]
    public async Task A_client_that_is_silent_too_long_has_a_line()
    {
        await using var broker = await TestBroker.StartAsync(clock: _clock);
        using var client = await broker.ConnectAsync(RawClient.Connect("vac-01", V500, keepAlive: 10));
        _clock.Advance(TimeSpan.FromSeconds(16));
        await broker.Broker.TurnAsync();

        await broker.Log.ShowsAsync("was closed: nothing came within one and a half keep-alives.");
    }

    [Test]
    public async Task A_connection_without_CONNECT_has_a_line()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await RawClient.OpenAsync(broker.Port);
        await client.SendAsync("C0 00");
        await client.ExpectCloseAsync();

        await broker.Log.ShowsAsync("was closed: the first packet is not CONNECT.");
    }

    [Test]
    public async Task A_client_that_goes_by_itself_has_no_line()
    {
        await using var broker = await TestBroker.StartAsync();
        using (var polite = await broker.ConnectAsync(RawClient.Connect("a")))
        {
            await polite.SendAsync("E0 00");
            await polite.ExpectCloseAsync();
        }

        using (await broker.ConnectAsync(RawClient.Connect("b")))
        {
        }

        await Eventually.IsTrueAsync(async () => (await broker.Broker.GetStatisticsAsync()).ConnectedClients == 0, "nobody to be there");
        Assert.That(broker.Log.Lines, Has.None.Contains("was closed"));
    }

    [Test]
    public async Task A_flood_has_ten_lines_and_then_one_a_second_and_the_rest_is_counted()
    {
        await using var broker = await TestBroker.StartAsync(clock: _clock);
        for (var i = 0; i < 50; i++)
        {
            await OffendAsync(broker);
        }

        Assert.That(Lines(broker), Is.EqualTo(10));
        _clock.Advance(TimeSpan.FromSeconds(2));
        for (var i = 0; i < 5; i++)
        {
            await OffendAsync(broker);
        }

        Assert.That(Lines(broker), Is.EqualTo(12));
        _clock.Advance(TimeSpan.FromSeconds(8));
        await broker.Broker.TurnAsync();
        await broker.Log.ShowsAsync($"43 more in the last 10 s without a line of their own: connections on mqtt 127.0.0.1:{broker.Port} that were refused or closed.");
        await OffendAsync(broker);
        Assert.That(Lines(broker), Is.EqualTo(13));

        static int Lines(TestBroker broker) => broker.Log.Lines.Count(static line => line.Contains("was closed: ", StringComparison.Ordinal));
    }

    [Test]
    public async Task A_flood_on_one_listener_hides_nothing_of_another()
    {
        await using var broker = await TestBroker.StartAsync(static options => options.Listeners.Add(new MqttListenerOptions { Port = 0, Name = "quiet" }), _clock);
        for (var i = 0; i < 20; i++)
        {
            await OffendAsync(broker);
        }

        using var other = await RawClient.OpenAsync(broker.Open[1].Port);
        await other.SendAsync("C0 00");
        await other.ExpectCloseAsync();

        await broker.Log.ShowsAsync("to quiet was closed: the first packet is not CONNECT.");
    }

    [Test]
    public async Task A_queue_that_fills_and_drains_again_and_again_does_not_flood_the_log()
    {
        await using var broker = await TestBroker.StartAsync(static options => (options.Limits.MaxQueued, options.Limits.Backpressure) = (1, TimeSpan.Zero), _clock);
        using var publisher = await broker.ConnectAsync(RawClient.Connect("p"));
        for (ushort i = 1; i <= 30; i++)
        {
            using var reader = await broker.ConnectAsync(RawClient.Connect($"r{i}", clean: false));
            await reader.SendAsync(RawClient.Subscribe($"t/{i}", 1));
            await reader.ReceivePacketAsync();
            await reader.SendAsync("E0 00");
            await reader.ExpectCloseAsync();
            await publisher.SendAsync(RawClient.Publish($"t/{i}", "x", 1, 1));
            await publisher.ReceivePacketAsync();
            await publisher.SendAsync(RawClient.Publish($"t/{i}", "y", 1, 1));
            await publisher.ReceivePacketAsync();
        }

        Assert.That(broker.Log.Lines.Count(static line => line.Contains("(limits: max-queued)", StringComparison.Ordinal)), Is.EqualTo(10));
    }

    [Test]
    public async Task Sessions_that_expire_by_the_hundred_do_not_flood_the_log()
    {
        await using var broker = await TestBroker.StartAsync(clock: _clock);
        for (var i = 0; i < 40; i++)
        {
            using var client = await broker.ConnectAsync(RawClient.Connect($"c{i}", V500, expirySeconds: 1));
        }

        await Eventually.IsTrueAsync(async () => (await broker.Broker.GetStatisticsAsync()).ConnectedClients == 0, "nobody to be there");
        _clock.Advance(TimeSpan.FromSeconds(2));
        await Eventually.IsTrueAsync(async () => (await broker.Broker.GetStatisticsAsync()).Sessions == 0, "all sessions to have expired");

        Assert.That(broker.Log.Lines.Count(static line => line.Contains("has expired", StringComparison.Ordinal)), Is.EqualTo(10));
    }

    [Test]
    public async Task A_client_identifier_cannot_write_lines_of_its_own_nor_long_ones()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync(RawClient.Connect("a\nERR the disk is full\u2028" + new string('x', 5000)));
        await client.SendAsync("F1 00");
        await client.ExpectCloseAsync();

        await broker.Log.ShowsAsync("a?ERR the disk is full?xxx");
        Assert.That(broker.Log.Lines, Has.All.Length.LessThan(300));
    }

    private static async Task OffendAsync(TestBroker broker)
    {
        using var client = await RawClient.OpenAsync(broker.Port);
        await client.SendAsync("C0 00");
        await client.ExpectCloseAsync();
    }
}
