using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance;

/// <summary>MQTT 5, chapters 3.3 to 3.7 and 4.3: messages at each quality of service.</summary>
public sealed class PublishTests
{
    private RunningBroker _broker = null!;

    [SetUp]
    public async Task Start() => _broker = await RunningBroker.StartAsync();

    [TearDown]
    public async Task Stop() => await _broker.DisposeAsync();

    [Spec("MQTT-4.13.1-1")]
    [TestCase("36 06 00 01 'a' 00 01 00", ReasonCode.MalformedPacket)]
    [TestCase("30 04 00 01 '#' 00", ReasonCode.TopicNameInvalid)]
    [TestCase("30 03 00 00 00", ReasonCode.ProtocolError)]
    [TestCase("30 06 00 00 03 23 FF FF", ReasonCode.TopicAliasInvalid)]
    [TestCase("30 06 00 00 03 23 00 01", ReasonCode.ProtocolError)]
    [TestCase("30 06 00 01 'a' 02 0B 01", ReasonCode.ProtocolError)]
    public async Task A_publish_of_5_that_breaks_a_rule_is_told_why(string packet, ReasonCode reason)
    {
        using var client = await _broker.ConnectModernAsync("a");
        await client.SendAsync(packet);
        await client.ExpectDisconnectAsync(reason);
    }

    [Test]
    [Spec("MQTT-3.3.2-12")]
    public async Task A_topic_alias_stands_for_its_topic()
    {
        using var subscriber = await SubscribedAsync(0);
        using var publisher = await _broker.ConnectModernAsync("publisher");
        await publisher.SendAsync("30 08 00 01 'a' 03 23 00 01 '1'");
        await publisher.SendAsync("30 07 00 00 03 23 00 01 '2'");
        await subscriber.ExpectAsync("30 04 00 01 'a' '1'");
        await subscriber.ExpectAsync("30 04 00 01 'a' '2'");
    }

    [Test]
    [Spec("MQTT-3.3.2-17")]
    [Spec("MQTT-3.3.2-20")]
    public async Task Properties_are_passed_on_in_their_order()
    {
        using var subscriber = await _broker.ConnectModernAsync("subscriber");
        await subscriber.ExchangeAsync("82 07 00 01 00 00 01 'a' 00", "90 04 00 01 00 00");
        using var publisher = await _broker.ConnectModernAsync("publisher");
        await publisher.SendAsync("30 18 00 01 'a' 14 26 00 01 'z' 00 01 '1' 26 00 01 'a' 00 01 '2' 03 00 01 'j' 01 01");
        var delivered = Convert.ToHexString(await subscriber.ReadPacketAsync("PUBLISH"));
        Assert.That(delivered, Does.Contain("2600017A000131" + "26000161000132"));
        Assert.That(delivered, Does.Contain("0300016A").And.Contain("0101"));
    }

    [Test]
    [Spec("MQTT-3.3.4-9")]
    public async Task A_receive_maximum_is_kept()
    {
        using var subscriber = await _broker.ConnectModernAsync("subscriber", "21 00 01");
        await subscriber.ExchangeAsync("82 07 00 01 00 00 01 'a' 01", "90 04 00 01 00 01");
        using var publisher = await _broker.ConnectAsync("publisher");
        await publisher.ExchangeAsync("32 06 00 01 'a' 00 05 '1'", "40 02 00 05");
        await publisher.ExchangeAsync("32 06 00 01 'a' 00 06 '2'", "40 02 00 06");
        var first = await subscriber.ReadPacketAsync("the first message");
        await subscriber.ExpectNothingAsync();
        await subscriber.SendAsync($"40 02 {Convert.ToHexString(first.AsSpan(5, 2))}");
        Assert.That((await subscriber.ReadPacketAsync("the second message"))[^1], Is.EqualTo((byte)'2'));
    }

    private async Task<RawClient> SubscribedAsync(int quality)
    {
        var client = await _broker.ConnectAsync("subscriber");
        await client.ExchangeAsync($"82 06 00 01 00 01 'a' {quality:X2}", $"90 03 00 01 {quality:X2}");
        return client;
    }
}
