using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance;

/// <summary>Chapters 3.3 to 3.7 and 4.3: messages at each quality of service.</summary>
public sealed class PublishTests
{
    private RunningBroker _broker = null!;

    [SetUp]
    public async Task Start() => _broker = await RunningBroker.StartAsync();

    [TearDown]
    public async Task Stop() => await _broker.DisposeAsync();

    [Test]
    [Spec("MQTT-4.3.1-1")]
    public async Task Quality_of_service_0_is_delivered_without_an_acknowledgement()
    {
        using var client = await SubscribedAsync(0);
        await client.ExchangeAsync("30 05 00 01 'a' 'hi'", "30 05 00 01 'a' 'hi'");
    }

    [Test]
    [Spec("MQTT-4.3.2-2")]
    public async Task Quality_of_service_1_is_acknowledged_and_delivered()
    {
        using var subscriber = await SubscribedAsync(1);
        using var publisher = await _broker.ConnectAsync("publisher");
        await publisher.ExchangeAsync("32 07 00 01 'a' 00 05 'hi'", "40 02 00 05");
        var delivered = await subscriber.ReadPacketAsync("PUBLISH");
        Assert.That(Convert.ToHexString(delivered), Does.StartWith("3207000161").And.EndsWith("6869"));
    }

    [Test]
    [Spec("MQTT-4.3.3-2")]
    public async Task Quality_of_service_2_is_delivered_once_however_often_it_is_sent()
    {
        using var subscriber = await SubscribedAsync(0);
        using var publisher = await _broker.ConnectAsync("publisher");
        await publisher.ExchangeAsync("34 07 00 01 'a' 00 05 'hi'", "50 02 00 05");
        await publisher.ExchangeAsync("3C 07 00 01 'a' 00 05 'hi'", "50 02 00 05");
        await publisher.ExchangeAsync("62 02 00 05", "70 02 00 05");
        await publisher.ExchangeAsync("62 02 00 05", "70 02 00 05");
        await subscriber.ExpectAsync("30 05 00 01 'a' 'hi'");
        await subscriber.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-4.3.3-1")]
    public async Task A_subscriber_at_quality_of_service_2_goes_through_all_four_packets()
    {
        using var subscriber = await SubscribedAsync(2);
        using var publisher = await _broker.ConnectAsync("publisher");
        await publisher.ExchangeAsync("34 07 00 01 'a' 00 05 'hi'", "50 02 00 05");
        await publisher.ExchangeAsync("62 02 00 05", "70 02 00 05");
        var delivered = await subscriber.ReadPacketAsync("PUBLISH");
        Assert.That(delivered[0], Is.EqualTo(0x34));
        var identifier = Convert.ToHexString(delivered.AsSpan(5, 2));
        await subscriber.ExchangeAsync($"50 02 {identifier}", $"62 02 {identifier}");
        await subscriber.SendAsync($"70 02 {identifier}");
        await subscriber.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.8.4-6")]
    public async Task A_message_is_delivered_at_the_lower_quality_of_service()
    {
        using var subscriber = await SubscribedAsync(0);
        using var publisher = await _broker.ConnectAsync("publisher");
        await publisher.ExchangeAsync("32 07 00 01 'a' 00 05 'hi'", "40 02 00 05");
        await subscriber.ExpectAsync("30 05 00 01 'a' 'hi'");
    }

    [Test]
    [Spec("MQTT-3.3.1-3")]
    public async Task A_duplicate_flag_is_not_passed_on()
    {
        using var subscriber = await SubscribedAsync(1);
        using var publisher = await _broker.ConnectAsync("publisher");
        await publisher.ExchangeAsync("3A 07 00 01 'a' 00 05 'hi'", "40 02 00 05");
        Assert.That((await subscriber.ReadPacketAsync("PUBLISH"))[0], Is.EqualTo(0x32));
    }

    [Spec("MQTT-3.3.1-4")]
    [Spec("MQTT-3.3.1-2")]
    [Spec("MQTT-3.3.2-2")]
    [TestCase("36 05 00 01 'a' 00 01")]
    [TestCase("38 03 00 01 'a'")]
    [TestCase("30 03 00 01 '#'")]
    [TestCase("32 05 00 01 'a' 00 00")]
    public async Task A_publish_that_breaks_a_rule_closes(string packet)
    {
        using var client = await _broker.ConnectAsync("a");
        await client.SendAsync(packet);
        await client.ExpectCloseAsync();
    }

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
