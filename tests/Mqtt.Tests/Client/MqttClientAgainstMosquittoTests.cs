using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Roost.Mqtt.Client;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Client;

[TestFixture(MqttProtocolVersion.V311)]
[TestFixture(MqttProtocolVersion.V500)]
public sealed class MqttClientAgainstMosquittoTests(MqttProtocolVersion version)
{
    private TemporaryFolder _folder = null!;
    private Mosquitto _broker = null!;

    [SetUp]
    public async Task StartBroker()
    {
        _folder = new TemporaryFolder();
        _broker = await Mosquitto.StartAsync();
    }

    [TearDown]
    public async Task StopBroker()
    {
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_message_arrives_at_each_quality_of_service([Values] QualityOfService quality)
    {
        var inbox = new Inbox();
        await using var receiver = await ConnectAsync("receiver", inbox);
        Assert.That(await receiver.SubscribeAsync(TopicFilter.Parse("robots/+/state"), quality), Is.EqualTo(quality));
        await using var sender = await ConnectAsync("sender");

        await sender.PublishAsync(Message("robots/7/state", "docked", quality));

        var received = await inbox.NextAsync("the message");
        Assert.Multiple(() =>
        {
            Assert.That(received.Message.Topic.Value, Is.EqualTo("robots/7/state"));
            Assert.That(Encoding.UTF8.GetString(received.Message.Payload.Span), Is.EqualTo("docked"));
            Assert.That(received.Message.QualityOfService, Is.EqualTo(quality));
            Assert.That(received.Duplicate, Is.False);
        });
    }

    [Test]
    public async Task Many_messages_in_flight_arrive_once_and_in_order([Values] QualityOfService quality)
    {
        const int Count = 5000;
        var inbox = new Inbox();
        await using var receiver = await ConnectAsync("receiver", inbox);
        await receiver.SubscribeAsync(TopicFilter.Parse("numbers"), quality);
        await using var sender = await ConnectAsync("sender");

        var published = new List<Task>();
        for (var i = 0; i < Count; i++)
        {
            published.Add(sender.PublishAsync(Message("numbers", $"{i}", quality)).AsTask());
        }

        await Task.WhenAll(published).WaitAsync(Eventually.Limit);

        for (var i = 0; i < Count; i++)
        {
            Assert.That(await inbox.NextTextAsync($"message {i}"), Is.EqualTo($"{i}"));
        }
    }

    [Test]
    public async Task A_retained_message_is_marked_for_a_later_subscriber()
    {
        await using var sender = await ConnectAsync("sender");
        await sender.PublishAsync(new MqttMessage
        {
            Topic = TopicName.Parse("map"),
            Payload = "ground floor"u8.ToArray(),
            QualityOfService = QualityOfService.AtLeastOnce,
            Retain = true,
        });
        var inbox = new Inbox();
        await using var receiver = await ConnectAsync("receiver", inbox);

        await receiver.SubscribeAsync(TopicFilter.Parse("map"));

        Assert.That((await inbox.NextAsync("the retained message")).Message.Retain, Is.True);
    }

    [Test]
    public async Task The_will_is_published_when_the_client_is_dropped_and_not_when_it_disconnects()
    {
        var inbox = new Inbox();
        await using var watcher = await ConnectAsync("watcher", inbox);
        await watcher.SubscribeAsync(TopicFilter.Parse("gone/#"));
        var polite = new MqttClient(Options("polite", will: Message("gone/polite", "")));
        await polite.ConnectAsync();
        var rude = new MqttClient(Options("rude", will: Message("gone/rude", "")));
        await rude.ConnectAsync();

        await polite.DisconnectAsync();
        await polite.DisposeAsync();
        await rude.DisposeAsync();

        Assert.That((await inbox.NextAsync("a will")).Message.Topic.Value, Is.EqualTo("gone/rude"));
    }

    [Test]
    public async Task A_disconnect_loses_no_message_that_was_handed_over()
    {
        const int Count = 2000;
        var inbox = new Inbox();
        await using var receiver = await ConnectAsync("receiver", inbox);
        await receiver.SubscribeAsync(TopicFilter.Parse("last-words"));
        await using var sender = await ConnectAsync("sender");
        await sender.SubscribeAsync(TopicFilter.Parse("last-words")); // unread bytes at closing must not reset the connection

        for (var i = 0; i < Count; i++)
        {
            await sender.PublishAsync(Message("last-words", $"{i}", QualityOfService.AtMostOnce));
        }

        await sender.DisconnectAsync();

        for (var i = 0; i < Count; i++)
        {
            Assert.That(await inbox.NextTextAsync($"message {i}"), Is.EqualTo($"{i}"));
        }
    }

    [Test]
    public async Task A_broker_that_goes_down_and_comes_back_costs_no_message_and_no_order()
    {
        const int Count = 5000;
        await using var broker = await Mosquitto.StartAsync("persistence true", $"persistence_location {_folder.Path}/");
        var seen = new ConcurrentQueue<int>();
        await using var receiver = new MqttClient(Options("receiver", broker: broker, keepsSession: true))
        {
            MessageHandler = (received, _) =>
            {
                seen.Enqueue(int.Parse(received.Message.Payload.Span, CultureInfo.InvariantCulture));
                return ValueTask.CompletedTask;
            },
        };
        await using var sender = new MqttClient(Options("sender", broker: broker, keepsSession: true));
        await receiver.ConnectAsync();
        await receiver.SubscribeAsync(TopicFilter.Parse("numbers"));
        await sender.ConnectAsync();

        var acknowledged = 0;
        var published = new List<Task>();
        for (var i = 0; i < Count; i++)
        {
            published.Add(PublishAsync(i));
            if (i == Count / 2)
            {
                await Eventually.IsTrueAsync(() => acknowledged > 100, "the first acknowledgements");
                await broker.TerminateAsync();
            }
        }

        var seenBefore = seen.Count;
        await broker.StartAgainAsync();
        await Task.WhenAll(published).WaitAsync(Eventually.Limit);
        await Eventually.IsTrueAsync(() => seen.Distinct().Count() == Count, "every message to arrive");

        var numbers = seen.ToList();
        Assert.Multiple(() =>
        {
            Assert.That(numbers.Distinct(), Is.Ordered, "the first copies, in the order of publication");
            Assert.That(numbers.Take(seenBefore), Is.Unique, "before anything was sent again");
        });

        async Task PublishAsync(int number)
        {
            await sender.PublishAsync(Message("numbers", $"{number}"));
            Interlocked.Increment(ref acknowledged);
        }
    }

    [Test]
    public async Task A_broker_that_is_killed_and_forgets_everything_gets_what_it_had_not_acknowledged([Values(1, 2)] int quality)
    {
        await using var sender = await ConnectAsync("sender");
        var inbox = new Inbox();
        await using var receiver = await ConnectAsync("receiver", inbox);
        await receiver.SubscribeAsync(TopicFilter.Parse("after"), QualityOfService.ExactlyOnce);
        await _broker.KillAsync();
        await Eventually.IsTrueAsync(() => sender.State != MqttConnectionState.Connected, "the sender to notice");
        await Eventually.IsTrueAsync(() => receiver.State != MqttConnectionState.Connected, "the receiver to notice");
        var resubscribed = new TaskCompletionSource();
        receiver.ConnectionChanged = change =>
        {
            if (change.State == MqttConnectionState.Connected)
            {
                resubscribed.TrySetResult();
            }
        };

        var published = sender.PublishAsync(Message("before", "x", (QualityOfService)quality)).AsTask();
        Assert.That(published.IsCompleted, Is.False);
        await _broker.StartAgainAsync();
        await published.WaitAsync(Eventually.Limit);
        await resubscribed.Task.WaitAsync(Eventually.Limit);
        await receiver.SubscribeAsync(TopicFilter.Parse("barrier")); // answered after the SUBSCRIBE that the client sent by itself
        await sender.PublishAsync(Message("after", "y", (QualityOfService)quality));

        Assert.That(await inbox.NextTextAsync("a message on the subscription made again"), Is.EqualTo("y"));
    }

    [Test]
    public async Task A_refused_connection_names_host_port_and_reason()
    {
        await using var locked = await Mosquitto.StartAsync("allow_anonymous false");
        await using var client = new MqttClient(new MqttClientOptions { Host = "127.0.0.1", Port = locked.Port, ProtocolVersion = version });

        var exception = await Assert.ThrowsAsync<MqttConnectionException>(() => client.ConnectAsync());

        Assert.That(exception!.ReasonCode, Is.EqualTo(ReasonCode.NotAuthorized));
        Assert.That(exception.Message, Does.Contain($"127.0.0.1:{locked.Port}").And.Contain("NotAuthorized"));
    }

    [Test]
    public async Task A_port_without_a_server_is_a_clear_error()
    {
        var port = FreePort.Next();
        await using var client = new MqttClient(new MqttClientOptions { Host = "127.0.0.1", Port = port, ProtocolVersion = version });

        var exception = await Assert.ThrowsAsync<MqttConnectionException>(() => client.ConnectAsync());

        Assert.That(exception!.Message, Does.Contain($"127.0.0.1:{port}"));
        Assert.That(client.State, Is.EqualTo(MqttConnectionState.Disconnected));
    }

    private static MqttMessage Message(string topic, string payload, QualityOfService quality = QualityOfService.AtLeastOnce) => new()
    {
        Topic = TopicName.Parse(topic),
        Payload = Encoding.UTF8.GetBytes(payload),
        QualityOfService = quality,
    };

    private MqttClientOptions Options(string clientIdentifier, MqttMessage? will = null, Mosquitto? broker = null, bool keepsSession = false) => new()
    {
        Host = "127.0.0.1",
        Port = (broker ?? _broker).Port,
        ProtocolVersion = version,
        ClientIdentifier = clientIdentifier,
        CleanStart = !keepsSession,
        SessionExpiryInterval = keepsSession ? TimeSpan.FromHours(1) : TimeSpan.Zero,
        Will = will,
        ReconnectDelay = TimeSpan.FromMilliseconds(50),
        ReconnectDelayMax = TimeSpan.FromMilliseconds(200),
    };

    private async Task<MqttClient> ConnectAsync(string clientIdentifier, Inbox? inbox = null)
    {
        var client = new MqttClient(Options(clientIdentifier));
        if (inbox is not null)
        {
            client.MessageHandler = inbox.TakeAsync;
        }

        await client.ConnectAsync();
        return client;
    }
}
