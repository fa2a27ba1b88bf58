using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Roost.Mqtt.Tests.Broker;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Policies;

/// <summary>Readers within the process answer with every right: they are told where the publisher himself may publish.</summary>
public sealed class ResponseTopicTests
{
    private const MqttProtocolVersion V500 = MqttProtocolVersion.V500;

    [TestCase("robots/vac-7/answers", true)]
    [TestCase("robots/vac-8/cmd", false)]
    [TestCase("$aws/things/vac-8/shadow/update", false)]
    [TestCase("$aws/events/presence/connected/vac-8", false, Description = "only the gateway itself publishes there")]
    public async Task An_answer_may_go_where_its_asker_may_publish_and_nowhere_else(string responseTopic, bool may)
    {
        var reader = new Reader();
        await using var broker = await StartAsync();
        await using var subscription = await broker.Broker.SubscribeAsync(TopicFilter.Parse("robots/+/bump"), reader);
        using var client = await broker.ConnectAsync(RawClient.Connect("vac-7", V500, userName: "vac-7"));

        await client.SendAsync(RawClient.Publish("robots/vac-7/bump", "1", quality: 1, packetIdentifier: 1, properties: ResponseTopic(responseTopic)));

        await Eventually.IsTrueAsync(() => reader.Taken.Count == 1, "the message");
        Assert.That(reader.Taken.Single(), Is.EqualTo((responseTopic, may)));
    }

    [Test]
    public async Task A_retained_message_that_waited_for_its_reader_is_answered_nowhere()
    {
        var reader = new Reader();
        await using var broker = await StartAsync();
        using var client = await broker.ConnectAsync(RawClient.Connect("vac-7", V500, userName: "vac-7"));
        await client.SendAsync(RawClient.Publish("robots/vac-7/bump", "1", quality: 1, packetIdentifier: 1, retain: true, properties: ResponseTopic("robots/vac-8/cmd")));
        await client.ReceivePacketAsync();

        await using var subscription = await broker.Broker.SubscribeAsync(TopicFilter.Parse("robots/+/bump"), reader);

        await Eventually.IsTrueAsync(() => reader.Taken.Count == 1, "the retained message");
        Assert.That(reader.Taken.Single(), Is.EqualTo(("robots/vac-8/cmd", false)));
    }

    [Test]
    public async Task The_answer_to_a_will_is_bound_by_the_policy_of_who_left_it()
    {
        var reader = new Reader();
        await using var broker = await StartAsync();
        await using var subscription = await broker.Broker.SubscribeAsync(TopicFilter.Parse("robots/+/bump"), reader);
        var will = new MqttMessage
        {
            Topic = TopicName.Parse("robots/vac-7/bump"),
            Payload = "1"u8.ToArray(),
            Properties = new MqttMessageProperties { ResponseTopic = TopicName.Parse("robots/vac-8/cmd") },
        };

        (await broker.ConnectAsync(RawClient.Connect("vac-7", V500, will: will, userName: "vac-7"))).Dispose();

        await Eventually.IsTrueAsync(() => reader.Taken.Count == 1, "the will");
        Assert.That(reader.Taken.Single(), Is.EqualTo(("robots/vac-8/cmd", false)));
    }

    private static string ResponseTopic(string topic) => $"08{topic.Length:X4}{Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(topic))}";

    private static Task<TestBroker> StartAsync() => TestBroker.StartAsync(register: static services => services.AddSingleton<IClientAuthenticator>(
        new TestAuthenticator(static (credentials, _) => new(ClientAdmission.Admit(credentials.UserName!, new TestPolicy(publish: $"robots/{credentials.UserName}/#"))))));

    private sealed class Reader : IMessageHandler
    {
        public ConcurrentQueue<(string?, bool)> Taken { get; } = [];

        public ValueTask Handle(in PublishedMessage message)
        {
            Taken.Enqueue((message.Properties?.ResponseTopic?.Value, message.Properties?.MayBeAnswered == true));
            return ValueTask.CompletedTask;
        }
    }
}
