using System.Text;
using Roost.Mqtt.Client;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Client;

/// <summary>QoS 2 through a network that breaks at each packet of the exchange in turn, with a real mosquitto at the other end.</summary>
[TestFixture(MqttProtocolVersion.V311)]
[TestFixture(MqttProtocolVersion.V500)]
public sealed class ExactlyOnceTests(MqttProtocolVersion version)
{
    /// <summary>CONNECT, CONNACK, and four packets for each of three messages; a receiver has SUBSCRIBE and SUBACK besides.</summary>
    private const int SendersPackets = 14;

    private static readonly string[] s_payloads = ["1", "2", "3"];

    private Mosquitto _broker = null!;

    [OneTimeSetUp]
    public async Task StartBroker() => _broker = await Mosquitto.StartAsync();

    [OneTimeTearDown]
    public async Task StopBroker() => await _broker.DisposeAsync();

    [Test]
    [Spec("MQTT-4.3.3-1")]
    public async Task A_sender_cut_off_at_any_packet_delivers_each_message_once_and_in_order([Values] bool delivers)
    {
        for (var cutAt = 3; cutAt <= SendersPackets; cutAt++)
        {
            var name = $"sender-{version}-{cutAt}-{delivers}";
            var inbox = new Inbox();
            await using var receiver = Client(name + "-receiver", _broker.Port, inbox);
            await receiver.ConnectAsync();
            await receiver.SubscribeAsync(TopicFilter.Parse(name), QualityOfService.ExactlyOnce);
            await using var proxy = new CuttingProxy(_broker.Port, cutAt, delivers);
            proxy.Start();
            await using var sender = Client(name, proxy.Port);
            await sender.ConnectAsync();

            await Task.WhenAll(s_payloads.Select(payload => sender.PublishAsync(SomeMessage.Of(name, payload, QualityOfService.ExactlyOnce)).AsTask()))
                .WaitAsync(Eventually.Limit);

            await ExpectAsync(inbox, receiver, proxy, name);
        }
    }

    [Test]
    [Spec("MQTT-4.3.3-10")]
    public async Task A_receiver_cut_off_at_any_packet_handles_each_message_once_and_in_order([Values] bool delivers)
    {
        for (var cutAt = 5; cutAt <= SendersPackets + 2; cutAt++)
        {
            var name = $"receiver-{version}-{cutAt}-{delivers}";
            var inbox = new Inbox();
            await using var proxy = new CuttingProxy(_broker.Port, cutAt, delivers);
            proxy.Start();
            await using var receiver = Client(name, proxy.Port, inbox);
            await receiver.ConnectAsync();
            await receiver.SubscribeAsync(TopicFilter.Parse(name), QualityOfService.ExactlyOnce);
            await using var sender = Client(name + "-sender", _broker.Port);
            await sender.ConnectAsync();

            await Task.WhenAll(s_payloads.Select(payload => sender.PublishAsync(SomeMessage.Of(name, payload, QualityOfService.ExactlyOnce)).AsTask()))
                .WaitAsync(Eventually.Limit);

            await ExpectAsync(inbox, sender, proxy, name);
        }
    }

    /// <summary>The three messages and nothing else: what a fourth that is sent now comes behind.</summary>
    private static async Task ExpectAsync(Inbox inbox, MqttClient anyClient, CuttingProxy proxy, string name)
    {
        await Eventually.IsTrueAsync(() => proxy.HasCut, $"the cut of {name}");
        await anyClient.PublishAsync(SomeMessage.Of(name, "end", QualityOfService.ExactlyOnce)).AsTask().WaitAsync(Eventually.Limit);
        var received = new List<string>();
        while (received.LastOrDefault() != "end")
        {
            received.Add(Encoding.UTF8.GetString((await inbox.NextAsync($"the messages of {name}; so far: {string.Join(", ", received)}")).Message.Payload.Span));
        }

        Assert.That(received, Is.EqualTo(s_payloads.Append("end")), name);
    }

    private MqttClient Client(string clientIdentifier, int port, Inbox? inbox = null) => new(new MqttClientOptions
    {
        Host = "127.0.0.1",
        Port = port,
        ProtocolVersion = version,
        ClientIdentifier = clientIdentifier,
        CleanStart = false,
        SessionExpiryInterval = TimeSpan.FromMinutes(10),
        ReconnectDelay = TimeSpan.FromMilliseconds(2),
    })
    {
        MessageHandler = (inbox ?? new Inbox()).TakeAsync,
    };
}
