using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>Readers that take little or nothing: publishers wait for them, for a while, and others wait for nobody longer than that.</summary>
public sealed class BackpressureTests
{
    private const MqttProtocolVersion V5 = MqttProtocolVersion.V500;
    private const int Mark = 12; // of MaxQueued = 16

    private readonly ManualTimeProvider _clock = new();
    private TestBroker _broker = null!;

    [SetUp]
    public async Task SetUp() => _broker = await TestBroker.StartAsync(
        static options =>
        {
            options.Limits.MaxQueued = 16;
            options.Listeners.Add(new MqttListenerOptions { Port = 0, Limits = { InflightMax = 1 } }); // 3.1.1 has no word for a window
        },
        _clock);

    [TearDown]
    public async Task TearDown() => await _broker.DisposeAsync();

    [Test]
    public async Task A_publisher_waits_for_a_reader_that_is_slow_and_nothing_is_lost(
        [Values(1, 2)] int quality, [Values] bool isReaderV5, [Values] bool isPublisherV5)
    {
        const int Count = 300;
        using var reader = await SubscribeAsync("reader", "t", quality, isReaderV5 ? V5 : MqttProtocolVersion.V311, window: 1);
        using var publisher = await PublisherAsync("p", isPublisherV5);
        await publisher.SendAsync(Messages("t", Count, quality, isPublisherV5));
        for (var i = 0; i < Count; i++)
        {
            var publish = await reader.ReceivePacketAsync();
            Assert.That(System.Text.Encoding.ASCII.GetString(publish.AsSpan(^4..)), Is.EqualTo($"{i:0000}"));
            await AcknowledgeAsync(reader, publish, quality);
        }

        for (var i = 1; i <= Count; i++)
        {
            var answer = await publisher.ReceivePacketAsync();
            Assert.That((answer[0], (answer[2] << 8) | answer[3], answer.Length), Is.EqualTo((quality == 1 ? 0x40 : 0x50, i, 4)));
        }

        var statistics = await _broker.Broker.GetStatisticsAsync();
        Assert.That(statistics.Drops[DropReason.QueueFullMessages], Is.Zero);
    }

    [Test]
    public async Task A_reader_that_is_stuck_holds_fifty_others_for_the_patience_once_and_no_longer()
    {
        using var stuck = await SubscribeAsync("stuck", "t", 1, V5, window: 1);
        var others = new List<RawClient>();
        for (var i = 0; i < 50; i++)
        {
            others.Add(await SubscribeAsync($"other-{i}", "t", 1, V5, window: 1000));
        }

        using var publisher = await PublisherAsync("p", isV5: true);
        await publisher.SendAsync(Messages("t", 500, 1, isV5: true));
        await ExpectTakenAsync(1 + Mark); // one is in flight
        await AdvanceAsync(4.9);
        await ExpectTakenAsync(1 + Mark);
        await AdvanceAsync(0.2);
        foreach (var other in others)
        {
            for (var i = 0; i < 500; i++)
            {
                var publish = await other.ReceivePacketAsync();
                Assert.That(System.Text.Encoding.ASCII.GetString(publish.AsSpan(^4..)), Is.EqualTo($"{i:0000}"));
            }

            other.Dispose();
        }

        using var second = await PublisherAsync("q", isV5: true);
        await second.SendAsync(Messages("t", 100, 1, isV5: true));
        await ExpectTakenAsync(600);
        var statistics = await _broker.Broker.GetStatisticsAsync();
        Assert.That(statistics.Drops[DropReason.QueueFullMessages], Is.EqualTo(600 - 17));
        Assert.That(_broker.Log.Lines.Count(static line => line.Contains("stuck takes too little", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task A_reader_that_is_well_again_is_waited_for_again()
    {
        using var reader = await SubscribeAsync("reader", "t", 1, V5, window: 1);
        using var publisher = await PublisherAsync("p", isV5: true);
        await publisher.SendAsync(Messages("t", 30, 1, isV5: true));
        await ExpectTakenAsync(1 + Mark);
        await AdvanceAsync(5);
        await ExpectTakenAsync(30);
        for (var i = 0; i < 17; i++)
        {
            await AcknowledgeAsync(reader, await reader.ReceivePacketAsync(), 1);
        }

        await publisher.SendAsync(Messages("t", 30, 1, isV5: true, first: 31));
        await ExpectTakenAsync(30 + 1 + Mark);
    }

    [Test]
    public async Task A_reader_that_goes_lets_its_publishers_go_on_at_once_and_holds_them_no_second_time()
    {
        var reader = await SubscribeAsync("reader", "t", 1, V5, window: 1, expiry: 3600);
        using var publisher = await PublisherAsync("p", isV5: true);
        await publisher.SendAsync(Messages("t", 14, 1, isV5: true));
        await ExpectTakenAsync(1 + Mark);
        reader.Dispose();
        await ExpectTakenAsync(14);
        using var again = await _broker.ConnectAsync(RawClient.Connect("reader", V5, clean: false, expirySeconds: 3600, receiveMaximum: 1));
        await publisher.SendAsync(Messages("t", 30, 1, isV5: true, first: 15));
        await ExpectTakenAsync(44);
    }

    [Test]
    public async Task A_reader_that_is_away_holds_nobody()
    {
        (await SubscribeAsync("reader", "t", 1, V5, window: 1, expiry: 3600)).Dispose();
        await Eventually.IsTrueAsync(async () => (await _broker.Broker.GetStatisticsAsync()).ConnectedClients == 0, "the reader to be gone");
        using var publisher = await PublisherAsync("p", isV5: true);
        await publisher.SendAsync(Messages("t", 100, 1, isV5: true));
        await ExpectTakenAsync(100);
    }

    [Test]
    public async Task A_client_that_publishes_to_itself_is_not_held()
    {
        using var client = await SubscribeAsync("c", "t", 1, V5, window: 1);
        await client.SendAsync(Messages("t", 100, 1, isV5: true));
        await ExpectTakenAsync(100);
    }

    [Test]
    public async Task Two_that_publish_to_each_other_and_take_nothing_do_not_stop_each_other()
    {
        using var one = await SubscribeAsync("one", "to/one", 1, V5, window: 1);
        using var two = await SubscribeAsync("two", "to/two", 1, V5, window: 1);
        await one.SendAsync(Messages("to/two", 100, 1, isV5: true));
        await ExpectTakenAsync(1 + Mark);
        await two.SendAsync(Messages("to/one", 100, 1, isV5: true)); // until the queue of the first has passed its mark too: then it is heard again
        await ExpectTakenAsync(200);
    }

    [Test]
    public async Task A_publisher_that_is_held_is_not_blamed_for_its_silence()
    {
        await using var patient = await TestBroker.StartAsync(
            static options => (options.Limits.MaxQueued, options.Limits.Backpressure) = (16, TimeSpan.FromSeconds(60)), _clock);
        using var stuck = await patient.ConnectAsync(RawClient.Connect("stuck", V5, receiveMaximum: 1, keepAlive: 0));
        await stuck.SendAsync(RawClient.Subscribe("t", 1, V5));
        await stuck.ReceivePacketAsync();
        using var publisher = await patient.ConnectAsync(RawClient.Connect("p", keepAlive: 10));
        await publisher.SendAsync(Messages("t", 20, 1, isV5: false));
        await publisher.ReceiveAsync((1 + Mark) * 4, "acknowledgements up to the mark");
        for (var seconds = 0; seconds < 50; seconds += 5)
        {
            _clock.Advance(TimeSpan.FromSeconds(5));
            await patient.Broker.TurnAsync();
        }

        Assert.That((await patient.Broker.GetStatisticsAsync()).ConnectedClients, Is.EqualTo(2));
        _clock.Advance(TimeSpan.FromSeconds(11));
        await patient.Broker.TurnAsync();
        await publisher.ReceiveAsync((20 - 1 - Mark) * 4, "the others");
    }

    [Test]
    public async Task The_backlog_of_a_share_holds_publishers_while_a_member_is_here_but_not_the_members()
    {
        using var worker = await SubscribeAsync("worker", "$share/g/t", 1, V5, window: 1);
        using var publisher = await PublisherAsync("p", isV5: true);
        await publisher.SendAsync(Messages("t", 100, 1, isV5: true));
        await ExpectTakenAsync(1 + Mark);
        await worker.SendAsync(Messages("t", 10, 1, isV5: true));
        await ExpectTakenAsync(1 + Mark + 10);
        await AdvanceAsync(5);
        await ExpectTakenAsync(110);
    }

    [Test]
    public async Task Bytes_count_as_messages_do()
    {
        await using var narrow = await TestBroker.StartAsync(static options => options.Limits.MaxQueuedSizeBytes = 16 * 1204, _clock);
        using var reader = await narrow.ConnectAsync(RawClient.Connect("reader", V5, receiveMaximum: 1, expirySeconds: 60));
        await reader.SendAsync(RawClient.Subscribe("t", 1, V5));
        await reader.ReceivePacketAsync();
        using var publisher = await narrow.ConnectAsync(RawClient.Connect("p"));
        await publisher.SendAsync(string.Concat(Enumerable.Range(1, 30).Select(static i => RawClient.Publish("t", new string('x', 1003), 1, (ushort)i))));
        await publisher.ReceiveAsync(Mark * 4, "acknowledgements up to the mark");
        await narrow.Broker.TurnAsync();
        Assert.That((await narrow.Broker.GetStatisticsAsync()).MessagesReceived, Is.EqualTo(Mark));
    }

    [Test]
    public async Task Without_patience_nobody_is_held()
    {
        await using var blunt = await TestBroker.StartAsync(
            static options => (options.Limits.MaxQueued, options.Limits.Backpressure) = (16, TimeSpan.Zero), _clock);
        using var reader = await blunt.ConnectAsync(RawClient.Connect("reader", V5, receiveMaximum: 1));
        await reader.SendAsync(RawClient.Subscribe("t", 1, V5));
        await reader.ReceivePacketAsync();
        using var publisher = await blunt.ConnectAsync(RawClient.Connect("p"));
        await publisher.SendAsync(Messages("t", 100, 1, isV5: false));
        await publisher.ReceiveAsync(100 * 4, "all acknowledgements");
        Assert.That((await blunt.Broker.GetStatisticsAsync()).Drops[DropReason.QueueFullMessages], Is.EqualTo(100 - 17));
    }

    private static string Messages(string topic, int count, int quality, bool isV5, int first = 1) => string.Concat(Enumerable.Range(0, count)
        .Select(i => RawClient.Publish(topic, $"{i:0000}", quality, (ushort)(first + i), properties: isV5 ? "" : null)));

    private static async Task AcknowledgeAsync(RawClient reader, byte[] publish, int quality)
    {
        var topicLength = (publish[2] << 8) | publish[3];
        var identifier = Convert.ToHexString(publish.AsSpan(4 + topicLength, 2));
        await reader.SendAsync($"{(quality == 1 ? 40 : 50)}02{identifier}");
        if (quality == 2)
        {
            await reader.ExpectAsync($"6202{identifier}");
            await reader.SendAsync($"7002{identifier}");
        }
    }

    /// <param name="window">What it takes at once; 1 in 3.1.1, by its listener.</param>
    private async Task<RawClient> SubscribeAsync(
        string name, string filter, int quality, MqttProtocolVersion version, ushort window, uint expiry = 0)
    {
        var isV5 = version == V5;
        var client = await RawClient.ConnectAsync(_broker.Open[isV5 ? 0 : 1].Port, RawClient.Connect(
            name, version, expirySeconds: isV5 ? expiry : null, receiveMaximum: isV5 ? window : null));
        await client.SendAsync(RawClient.Subscribe(filter, quality, version));
        Assert.That((await client.ReceivePacketAsync())[0], Is.EqualTo(0x90));
        return client;
    }

    private Task<RawClient> PublisherAsync(string name, bool isV5) => _broker.ConnectAsync(RawClient.Connect(name, isV5 ? V5 : MqttProtocolVersion.V311, keepAlive: 0));

    private async Task AdvanceAsync(double seconds)
    {
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        await _broker.Broker.TurnAsync();
    }

    /// <summary>So many messages have been taken from publishers, and no more are.</summary>
    private async Task ExpectTakenAsync(int count)
    {
        await Eventually.IsTrueAsync(async () => (await _broker.Broker.GetStatisticsAsync()).MessagesReceived >= count, $"{count} messages to be taken");
        for (var turn = 0; turn < 20; turn++)
        {
            await _broker.Broker.TurnAsync();
        }

        Assert.That((await _broker.Broker.GetStatisticsAsync()).MessagesReceived, Is.EqualTo(count));
    }
}
