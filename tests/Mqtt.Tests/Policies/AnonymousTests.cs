using System.Text;
using Roost.Mqtt.Tests.Broker;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Policies;

/// <summary>Anonymous clients that may publish to <c>in/#</c> and subscribe to <c>out/+</c>.</summary>
public sealed class AnonymousTests
{
    private const MqttProtocolVersion V500 = MqttProtocolVersion.V500;
    private const MqttProtocolVersion V311 = MqttProtocolVersion.V311;

    private TestBroker _broker = null!;

    [SetUp]
    public async Task SetUp() => _broker = await TestBroker.StartAsync(options =>
    {
        options.Listeners[0].AnonymousPublish = [TopicFilter.Parse("in/#")];
        options.Listeners[0].AnonymousSubscribe = [TopicFilter.Parse("out/+")];
        options.Limits.MaxSubscriptions = 20_000;
        options.Limits.MaxOutputBytes = 16 * 1024 * 1024;
    });

    [TearDown]
    public async Task TearDown() => await _broker.DisposeAsync();

    [Test]
    public async Task A_session_of_an_open_listener_tells_nothing_to_who_takes_it_up_on_a_limited_one()
    {
        await using var broker = await TestBroker.StartAsync(options => options.Listeners.Add(new MqttListenerOptions { Port = 0, AnonymousSubscribe = [TopicFilter.Parse("out/+")] }));
        using (var owner = await broker.ConnectAsync(RawClient.Connect("robot", clean: false)))
        {
            await owner.SendAsync(RawClient.Subscribe("secret", 1));
            await owner.ExpectAsync("90 03 0001 01");
            await owner.SendAsync(RawClient.Subscribe("out/a", 1, packetIdentifier: 2));
            await owner.ExpectAsync("90 03 0002 01");
        }

        await broker.Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse("secret"), Payload = "x"u8.ToArray(), QualityOfService = QualityOfService.AtLeastOnce });
        await broker.Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse("out/a"), Payload = "y"u8.ToArray(), QualityOfService = QualityOfService.AtLeastOnce });
        using var stranger = await RawClient.ConnectAsync(broker.Open[1].Port, RawClient.Connect("robot", clean: false));

        await stranger.ExpectAsync("32 0A 0005 6F75742F61 0002 79");
        await stranger.ExpectNothingAsync();
    }

    [TestCase(1, "40")]
    [TestCase(2, "50")]
    [Spec("MQTT-3.3.5-2")]
    public async Task A_topic_that_is_not_allowed_gets_0x87_and_the_message_goes_nowhere(int quality, string acknowledgement)
    {
        var inbox = await ListenAsync();
        using var client = await _broker.ConnectAsync(RawClient.Connect("c", V500));

        await client.SendAsync(RawClient.Publish("else", "x", quality, 1, retain: true, properties: ""));
        var answer = await client.ReceivePacketAsync();
        Assert.That(Convert.ToHexString(answer), Does.Match($"^{acknowledgement}..000187"));
        Assert.That(Encoding.UTF8.GetString(answer), Does.Contain("the client may not publish to this topic"));
        await client.SendAsync(RawClient.Publish("in/side", "y", quality, 1, properties: "")); // the identifier is free again
        await client.ExpectAsync($"{acknowledgement} 02 0001");

        Assert.That(inbox.Topics, Is.EqualTo(new[] { "in/side" }));
        var statistics = await _broker.Broker.GetStatisticsAsync();
        Assert.That(statistics.Drops[DropReason.RefusedByPolicy], Is.EqualTo(1));
        Assert.That(statistics.RetainedMessages, Is.Zero);
    }

    [TestCase(1)]
    [TestCase(2)]
    public async Task In_3_1_1_it_is_acknowledged_and_goes_nowhere(int quality)
    {
        var inbox = await ListenAsync();
        using var client = await _broker.ConnectAsync(RawClient.Connect("c"));

        await client.SendAsync(RawClient.Publish("else", "x", quality, 1));
        await client.ExpectAsync(quality == 1 ? "40 02 0001" : "50 02 0001");
        if (quality == 2)
        {
            await client.SendAsync("62 02 0001");
            await client.ExpectAsync("70 02 0001");
        }

        Assert.That(inbox.Topics, Is.Empty);
    }

    [TestCase(V311)]
    [TestCase(V500)]
    public async Task At_QoS_0_it_is_dropped_and_counted(MqttProtocolVersion version)
    {
        using var client = await _broker.ConnectAsync(RawClient.Connect("c", version));
        await client.SendAsync(RawClient.Publish("else", "x", properties: version == V500 ? "" : null));
        await client.ExpectNothingAsync();
        Assert.That((await _broker.Broker.GetStatisticsAsync()).Drops[DropReason.RefusedByPolicy], Is.EqualTo(1));
    }

    [Test]
    public async Task An_alias_does_not_get_around_it()
    {
        using var client = await _broker.ConnectAsync(RawClient.Connect("c", V500));
        await client.SendAsync(RawClient.Publish("else", "x", 1, 1, properties: "230001"));
        Assert.That((await client.ReceivePacketAsync())[4], Is.EqualTo(0x87));
        await client.SendAsync(RawClient.Publish("", "x", 1, 2, properties: "230001"));
        Assert.That((await client.ReceivePacketAsync())[4], Is.EqualTo(0x87));
    }

    [TestCase("out/a", true)]
    [TestCase("out/+", true)]
    [TestCase("out/#", false)]
    [TestCase("out", false)]
    [TestCase("#", false)]
    [TestCase("+/a", false)]
    [TestCase("$share/g/out/+", true)]
    [TestCase("$share/g/#", false)]
    [Spec("MQTT-3.8.4-7")]
    public async Task Wildcards_never_widen_what_is_allowed(string filter, bool isAllowed)
    {
        using var modern = await _broker.ConnectAsync(RawClient.Connect("m", V500));
        using var old = await _broker.ConnectAsync(RawClient.Connect("o"));

        await modern.SendAsync(RawClient.Subscribe(filter, 1, V500));
        await old.SendAsync(RawClient.Subscribe(filter, 1));

        Assert.That((await modern.ReceivePacketAsync())[^1], Is.EqualTo(isAllowed ? 0x01 : 0x87));
        await old.ExpectAsync(isAllowed ? "90 03 0001 01" : "90 03 0001 80");
    }

    [Test]
    public async Task A_will_elsewhere_is_refused_with_its_client()
    {
        var will = new MqttMessage { Topic = TopicName.Parse("else") };
        using var modern = await RawClient.OpenAsync(_broker.Port);
        using var old = await RawClient.OpenAsync(_broker.Port);

        await modern.SendAsync(RawClient.Connect("m", V500, will: will));
        await old.SendAsync(RawClient.Connect("o", will: will));

        Assert.That((await modern.ReceivePacketAsync())[3], Is.EqualTo(0x87));
        await modern.ExpectCloseAsync();
        await old.ExpectAsync("20 02 00 05");
        await old.ExpectCloseAsync();
    }

    [Test]
    public async Task Ten_thousand_refused_subscriptions_leave_nothing_behind()
    {
        using var client = await _broker.ConnectAsync(RawClient.Connect("c"));
        for (var i = 0; i < 10_000; i++)
        {
            await client.SendAsync(RawClient.Subscribe($"else/{i}/#", 1, packetIdentifier: (ushort)(i + 1)));
        }

        for (var i = 0; i < 10_000; i++)
        {
            await client.ExpectAsync($"90 03 {i + 1:X4} 80");
        }

        Assert.That((await _broker.Broker.GetStatisticsAsync()).Subscriptions, Is.Zero);
    }

    private async Task<TopicRecorder> ListenAsync()
    {
        var recorder = new TopicRecorder();
        await _broker.Broker.SubscribeAsync(TopicFilter.Parse("#"), recorder);
        return recorder;
    }

    private sealed class TopicRecorder : IMessageHandler
    {
        public List<string> Topics { get; } = [];

        public ValueTask Handle(in PublishedMessage message)
        {
            Topics.Add(message.Topic.Value);
            return ValueTask.CompletedTask;
        }
    }
}
