using System.Collections.Concurrent;
using System.Text;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

public sealed class LocalReaderTests
{
    private TestBroker _broker = null!;

    [SetUp]
    public async Task SetUp() => _broker = await TestBroker.StartAsync();

    [TearDown]
    public async Task TearDown() => await _broker.DisposeAsync();

    [Test]
    public async Task Acknowledgements_wait_for_the_reader_and_keep_their_order()
    {
        var reader = new Reader();
        await using var subscription = await _broker.Broker.SubscribeAsync(TopicFilter.Parse("slow"), reader);
        using var publisher = await _broker.ConnectAsync(RawClient.Connect("p"));

        await publisher.SendAsync(RawClient.Publish("slow", "1", quality: 1, packetIdentifier: 1) + RawClient.Publish("fast", "2", quality: 1, packetIdentifier: 2));
        await publisher.ExpectNothingAsync();
        reader.Release();

        await publisher.ExpectAsync("40 02 0001 40 02 0002");
    }

    [TestCase(MqttProtocolVersion.V311)]
    [TestCase(MqttProtocolVersion.V500)]
    public async Task A_reader_that_fails_withholds_the_acknowledgement(MqttProtocolVersion version)
    {
        var reader = new Reader();
        await using var subscription = await _broker.Broker.SubscribeAsync(TopicFilter.Parse("a"), reader);
        using var publisher = await _broker.ConnectAsync(RawClient.Connect("p", version));
        await publisher.SendAsync(RawClient.Publish("a", "1", quality: 1, packetIdentifier: 1, properties: version == MqttProtocolVersion.V500 ? "" : null));
        await publisher.ExpectNothingAsync();

        reader.Fail(new IOException("disk full"));

        if (version == MqttProtocolVersion.V500)
        {
            await publisher.ExpectAsync("40 03 0001 83");
        }
        else
        {
            await publisher.ExpectCloseAsync();
        }
    }

    [Test]
    public async Task A_publication_from_within_is_refused_when_a_reader_fails()
    {
        var reader = new Reader();
        await using var subscription = await _broker.Broker.SubscribeAsync(TopicFilter.Parse("a"), reader);
        var publishing = _broker.Broker.PublishAsync(Some("a", "x")).AsTask();
        await Eventually.IsTrueAsync(() => reader.Taken.Count == 1, "the reader to be called");

        reader.Fail(new IOException("disk full"));

        Assert.That(async () => await publishing, Throws.TypeOf<MqttPublishRefusedException>().With.InnerException.TypeOf<IOException>());
    }

    [Test]
    public async Task A_reader_gets_retained_messages_before_it_is_subscribed_and_nothing_after_it_is_disposed_of()
    {
        await _broker.Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse("r"), Payload = "kept"u8.ToArray(), Retain = true });
        var reader = new Reader(completes: true);

        var subscription = await _broker.Broker.SubscribeAsync(TopicFilter.Parse("#"), reader);
        Assert.That(reader.Taken, Is.EqualTo(new[] { "r kept" }));
        await subscription.DisposeAsync();
        await _broker.Broker.PublishAsync(Some("r", "later"));

        Assert.That(reader.Taken, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_message_from_within_reaches_clients_with_its_properties()
    {
        using var client = await _broker.ConnectAsync(RawClient.Connect("s", MqttProtocolVersion.V500));
        await client.SendAsync(RawClient.Subscribe("a", 1, MqttProtocolVersion.V500));
        await client.ReceivePacketAsync();

        await _broker.Broker.PublishAsync(new MqttMessage
        {
            Topic = TopicName.Parse("a"),
            Payload = "x"u8.ToArray(),
            QualityOfService = QualityOfService.AtLeastOnce,
            Properties = new MqttMessageProperties { UserProperties = [new UserProperty("k", "v")] },
        });

        await client.ExpectAsync("32 0E 0001 61 0001 07 26 0001 6B 0001 76 78");
    }

    private static MqttMessage Some(string topic, string payload) =>
        new() { Topic = TopicName.Parse(topic), Payload = Encoding.UTF8.GetBytes(payload), QualityOfService = QualityOfService.AtLeastOnce };

    private sealed class Reader(bool completes = false) : IMessageHandler
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ConcurrentQueue<string> Taken { get; } = new();

        public ValueTask Handle(in PublishedMessage message)
        {
            Taken.Enqueue($"{message.Topic} {Encoding.UTF8.GetString(message.Payload)}");
            return completes ? ValueTask.CompletedTask : new ValueTask(_done.Task);
        }

        public void Release() => _done.SetResult();

        public void Fail(Exception exception) => _done.SetException(exception);
    }
}
