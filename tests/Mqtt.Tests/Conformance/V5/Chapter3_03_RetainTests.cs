using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

public sealed class Chapter3_03_RetainTests : V5Fixture
{
    private WireClient _client = null!;

    [SetUp]
    public async Task Connect() => _client = await ConnectAsync("c");

    [TearDown]
    public void Close() => _client.Dispose();

    [Test]
    [Spec("MQTT-3.3.1-5")]
    public async Task The_last_retained_message_of_a_topic_is_the_one_that_is_kept([Values(0, 1, 2)] int quality)
    {
        await _client.SendAsync("31 [ {'t'} [] 'before' ] 35 [ {'t'} 00 01 [] 'last' ] 62 [ 00 01 ]");
        await _client.ExpectAsync("50 [ 00 01 ] 70 [ 00 01 ]");
        await _client.SubscribeAsync("t", quality);
        var retained = await _client.ReadAcknowledgedAsync();
        Assert.That((retained.Payload, retained.Retain, retained.QualityOfService), Is.EqualTo(("last", true, quality)));
        await _client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.3.1-6")]
    [Spec("MQTT-3.3.1-7")]
    public async Task An_empty_retained_message_is_delivered_and_removes_the_one_kept()
    {
        await _client.SendAsync("31 [ {'t'} [] 'kept' ]");
        using var watcher = await ConnectAsync("w");
        await watcher.SubscribeAsync("t");
        await watcher.ExpectAsync("31 [ {'t'} [] 'kept' ]");

        await _client.SendAsync("31 [ {'t'} [] ]");
        await watcher.ExpectAsync("30 [ {'t'} [] ]");
        await _client.SubscribeAsync("t");
        await _client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.3.1-7")]
    public async Task An_empty_retained_message_is_not_kept_where_there_was_none()
    {
        await _client.SendAsync("31 [ {'t'} [] ]");
        await _client.SubscribeAsync("t");
        await _client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.3.1-8")]
    public async Task A_message_that_is_not_retained_leaves_the_kept_one_alone([Values("", "'x'")] string payload)
    {
        await _client.SendAsync($"31 [ {{'t'}} [] 'kept' ] 30 [ {{'t'}} [] {payload} ]");
        await _client.SubscribeAsync("t");
        await _client.ExpectAsync("31 [ {'t'} [] 'kept' ]");
    }

    [TestCase(0x00, true, true)]
    [TestCase(0x10, true, false)]
    [TestCase(0x20, false, false)]
    [Spec("MQTT-3.3.1-9")]
    [Spec("MQTT-3.3.1-10")]
    [Spec("MQTT-3.3.1-11")]
    [Spec("MQTT-3.8.4-4")]
    public async Task Retained_messages_come_as_Retain_Handling_says(int options, bool isSentFirst, bool isSentAgain)
    {
        await _client.SendAsync("31 [ {'t'} [] 'kept' ]");
        foreach (var isSent in (bool[])[isSentFirst, isSentAgain])
        {
            await _client.SubscribeAsync("t", options);
            if (isSent)
            {
                await _client.ExpectAsync("31 [ {'t'} [] 'kept' ]");
            }

            await _client.ExpectNothingAsync();
        }
    }

    [Test]
    [Spec("MQTT-3.3.1-10")]
    public async Task A_filter_is_new_again_after_UNSUBSCRIBE()
    {
        await _client.SendAsync("31 [ {'t'} [] 'kept' ]");
        await _client.SubscribeAsync("t", 0x10);
        await _client.ExpectAsync("31 [ {'t'} [] 'kept' ]");
        await _client.ExchangeAsync("A2 [ 00 01 [] {'t'} ]", "B0 [ 00 01 [] 00 ]");
        await _client.SubscribeAsync("t", 0x10);
        await _client.ExpectAsync("31 [ {'t'} [] 'kept' ]");
    }

    [Test]
    [Spec("MQTT-3.3.1-10")]
    public async Task A_subscription_of_a_session_that_goes_on_is_not_new()
    {
        await _client.SendAsync("31 [ {'t'} [] 'kept' ]");
        var client = await ConnectAsync("d", "11 00 00 00 3C");
        await client.SubscribeAsync("t", 0x10);
        await client.ExpectAsync("31 [ {'t'} [] 'kept' ]");
        await LoseAsync(client);
        using var back = await ComeBackAsync("d");
        await back.SubscribeAsync("t", 0x10);
        await back.ExpectNothingAsync();
    }

    [TestCase("31", 0x00, "30")]
    [TestCase("30", 0x00, "30")]
    [TestCase("31", 0x08, "31")]
    [TestCase("30", 0x08, "30")]
    [Spec("MQTT-3.3.1-12")]
    [Spec("MQTT-3.3.1-13")]
    public async Task RETAIN_is_passed_on_only_where_it_was_asked_for(string published, int options, string delivered)
    {
        await _client.SubscribeAsync("t", options);
        await _client.ExchangeAsync($"{published} [ {{'t'}} [] 'x' ]", $"{delivered} [ {{'t'}} [] 'x' ]");
    }

    [TestCase("33", 0x09, true)]
    [TestCase("33", 0x01, false)]
    [Spec("MQTT-3.3.1-12")]
    [Spec("MQTT-3.3.1-13")]
    public async Task RETAIN_is_passed_on_in_the_same_way_after_a_wait(string published, int options, bool retain)
    {
        var subscriber = await ConnectAsync("d", "11 00 00 00 3C");
        await subscriber.SubscribeAsync("t", options);
        await LeaveAsync(subscriber);
        await _client.ExchangeAsync($"{published} [ {{'t'}} 00 01 [] 'x' ]", "40 [ 00 01 ]");
        using var back = await ComeBackAsync("d");
        Assert.That((await back.ReadAcknowledgedAsync()).Retain, Is.EqualTo(retain));
    }

    [Test]
    [Spec("MQTT-3.3.1-9")]
    public async Task Retained_messages_carry_RETAIN_also_without_Retain_As_Published()
    {
        await _client.SendAsync("31 [ {'t/1'} [] '1' ] 31 [ {'t/2'} [] '2' ]");
        await _client.SubscribeAsync("t/+");
        var heard = new[] { await _client.ReadDeliveryAsync(), await _client.ReadDeliveryAsync() };
        Assert.That(heard.Select(static delivery => (delivery.Topic, delivery.Retain)), Is.EquivalentTo(new[] { ("t/1", true), ("t/2", true) }));
    }

    [TestCase("#", new[] { "a", "a/b", "a/b/c" })]
    [TestCase("a/#", new[] { "a", "a/b", "a/b/c" })]
    [TestCase("+", new[] { "a" })]
    [TestCase("+/+", new[] { "a/b" })]
    [TestCase("$r/#", new[] { "$r/x" })]
    [TestCase("+/x", new string[0])]
    [Spec("MQTT-3.3.1-9")]
    [Spec("MQTT-4.7.2-1")]
    public async Task Retained_messages_are_matched_as_others_are(string filter, string[] topics)
    {
        await _client.SendAsync("31 [ {'a'} [] 'x' ] 31 [ {'a/b'} [] 'x' ] 31 [ {'a/b/c'} [] 'x' ] 31 [ {'$r/x'} [] 'x' ]");
        await _client.SubscribeAsync(filter);
        var heard = new List<string>();
        for (var i = 0; i < topics.Length; i++)
        {
            heard.Add((await _client.ReadDeliveryAsync()).Topic);
        }

        Assert.That(heard, Is.EquivalentTo(topics));
        await _client.ExpectNothingAsync();
    }

    [Test]
    public async Task A_retained_message_outlives_the_session_of_its_publisher()
    {
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("31 [ {'t'} [] 'kept' ]");
        await LeaveAsync(publisher);
        await _client.SubscribeAsync("t");
        await _client.ExpectAsync("31 [ {'t'} [] 'kept' ]");
    }
}
