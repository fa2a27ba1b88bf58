using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Section 3.3: flags, topic and answer of PUBLISH.</summary>
public sealed class Chapter3_03_PublishTests : V5Fixture
{
    [TestCase(1)]
    [TestCase(2)]
    [Spec("MQTT-3.3.1-1")]
    [Spec("MQTT-4.4.0-1")]
    public async Task What_is_sent_again_carries_DUP_and_the_rest_as_before(int quality)
    {
        var client = await SubscribedAsync("c", "t", quality);
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync($"3{quality * 2:X} [ {{'t'}} 00 01 [ 26 {{'n'}} {{'v'}} ] 'x' ]");
        var first = await client.ReadDeliveryAsync();
        Assert.That(first.Duplicate, Is.False);
        await LoseAsync(client);

        using var back = await ComeBackAsync("c");
        Assert.That(await back.ReadDeliveryAsync(), Is.EqualTo(first with { Duplicate = true }));
    }

    [TestCase("38 [ {'t'} [] ]", Description = "DUP at QoS 0")]
    [TestCase("36 [ {'t'} 00 01 [] ]", Description = "QoS 3")]
    [TestCase("3E [ {'t'} 00 01 [] ]")]
    [Spec("MQTT-3.3.1-2")]
    [Spec("MQTT-3.3.1-4")]
    public async Task Flags_that_may_not_be_are_malformed(string packet)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync(packet);
        await client.ExpectDisconnectAsync(ReasonCode.MalformedPacket);
    }

    [TestCase("3A", 1)]
    [TestCase("3C", 2)]
    [Spec("MQTT-3.3.1-3")]
    public async Task DUP_of_the_publisher_is_not_passed_on(string firstByte, int quality)
    {
        using var client = await SubscribedAsync("c", "t", quality);
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync($"{firstByte} [ {{'t'}} 00 01 [] ]");
        Assert.That((await client.ReadAcknowledgedAsync()).Duplicate, Is.False);
    }

    [TestCase("30 [ {'a/#'} [] ]")]
    [TestCase("30 [ {'#'} [] ]")]
    [TestCase("30 [ {'a/+/b'} [] ]")]
    [TestCase("30 [ {'a+'} [] ]")]
    [TestCase("30 [ {'a#b'} [ 23 00 01 ] ]")]
    [TestCase("32 [ {'+'} 00 01 [] ]")]
    [TestCase("34 [ {'+'} 00 01 [] ]")]
    [Spec("MQTT-3.3.2-2")]
    [Spec("MQTT-4.7.0-1")]
    public async Task A_topic_with_a_wildcard_ends_the_connection(string packet)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync(packet);
        await client.ExpectDisconnectAsync(ReasonCode.TopicNameInvalid);
    }

    [Test]
    [Spec("MQTT-3.3.2-1")]
    [Spec("MQTT-3.3.2-3")]
    public async Task A_message_comes_on_the_topic_that_it_was_published_on([Values("#", "+/+/c", "a/#", "a/b/c")] string filter)
    {
        using var client = await SubscribedAsync("c", filter, 0);
        await client.ExchangeAsync("30 [ {'a/b/c'} [] 'x' ]", "30 [ {'a/b/c'} [] 'x' ]");
    }

    [Test]
    [Spec("MQTT-3.3.4-1")]
    public async Task A_message_is_answered_as_its_QoS_asks()
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync("30 [ {'t'} [] ]");
        await client.ExpectNothingAsync();
        await client.ExchangeAsync("32 [ {'t'} 00 0A [] ]", "40 [ 00 0A ]");
        await client.ExchangeAsync("34 [ {'t'} 00 0B [] ]", "50 [ 00 0B ]");
    }
}
