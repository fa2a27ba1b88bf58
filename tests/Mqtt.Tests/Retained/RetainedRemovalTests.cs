using Roost.Mqtt.Tests.Broker;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Retained;

/// <summary>Retained messages as an operator lists and takes them away.</summary>
public sealed class RetainedRemovalTests
{
    [Test]
    public async Task More_than_one_turn_removes_are_all_gone_and_do_not_come_back()
    {
        using var folder = new TemporaryFolder();
        await using (var broker = await TestBroker.StartAsync(options => options.Folder = folder["sessions"]))
        {
            for (var i = 0; i < 2500; i++)
            {
                await RetainAsync(broker, $"many/{i}");
            }

            await RetainAsync(broker, "one");
            Assert.That(await broker.Broker.RemoveRetainedAsync(TopicFilter.Parse("many/+")), Is.EqualTo(2500));
            Assert.That(await broker.Broker.RemoveRetainedAsync(TopicFilter.Parse("many/+")), Is.Zero);
        }

        await using var again = await TestBroker.StartAsync(options => options.Folder = folder["sessions"]);
        Assert.That(await TopicsAsync(again), Is.EqualTo(new[] { "one" }));
    }

    [Test]
    public async Task Subscribers_are_not_told()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync(RawClient.Connect("c"));
        await client.SendAsync(RawClient.Subscribe("a", 0));
        await client.ExpectAsync("90 03 0001 00");
        await RetainAsync(broker, "a");
        await client.ReceivePacketAsync();

        await broker.Broker.RemoveRetainedAsync(TopicFilter.Parse("a"));

        await client.ExpectNothingAsync();
    }

    [Test]
    public async Task A_list_is_in_the_order_of_bytes_and_goes_on_where_it_ended()
    {
        await using var broker = await TestBroker.StartAsync();
        foreach (var topic in new[] { "b", "a/\u00e4", "a/z", "$x", "a" })
        {
            await RetainAsync(broker, topic);
        }

        var first = await broker.Broker.FindRetainedAsync(filter: null, count: 3);
        var rest = await broker.Broker.FindRetainedAsync(filter: null, after: first[^1].Message.Topic);

        Assert.That(first.Concat(rest).Select(static retained => retained.Message.Topic.Value), Is.EqualTo(new[] { "$x", "a", "a/z", "a/\u00e4", "b" }));
    }

    [Test]
    public async Task The_time_is_that_of_the_last_change()
    {
        var clock = new ManualTimeProvider();
        await using var broker = await TestBroker.StartAsync(clock: clock);
        await RetainAsync(broker, "a");
        clock.Advance(TimeSpan.FromMinutes(1));
        await RetainAsync(broker, "a");

        Assert.That((await broker.Broker.FindRetainedAsync(TopicFilter.Parse("a"))).Single().RetainedAt, Is.EqualTo(clock.GetUtcNow()));
    }

    private static async Task<IEnumerable<string>> TopicsAsync(TestBroker broker) =>
        (await broker.Broker.FindRetainedAsync(filter: null)).Select(static retained => retained.Message.Topic.Value);

    private static async Task RetainAsync(TestBroker broker, string topic) => await broker.Broker.PublishAsync(
        new MqttMessage { Topic = TopicName.Parse(topic), Payload = "x"u8.ToArray(), Retain = true, QualityOfService = QualityOfService.AtLeastOnce });
}
