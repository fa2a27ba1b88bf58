using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Section 3.3.4: subscription identifiers, and subscriptions that overlap.</summary>
public sealed class Chapter3_03_SubscriptionIdentifierTests : V5Fixture
{
    [TestCase("", "0B 01", "t/#", "t/+")]
    [TestCase("0B 01", "0B 02", "t/#", "t/+")]
    [TestCase("0B 01", "0B 01", "t/x", "#")]
    [Spec("MQTT-3.3.4-2")]
    [Spec("MQTT-3.3.4-3")]
    [Spec("MQTT-3.3.4-4")]
    public async Task Subscriptions_that_overlap_bring_one_copy_of_the_highest_QoS_with_all_identifiers(
        string first, string second, string firstFilter, string secondFilter)
    {
        using var client = await ConnectAsync("c");
        await client.SubscribeAsync(firstFilter, 2, first);
        await client.SubscribeAsync(secondFilter, 1, second);
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("34 [ {'t/x'} 00 01 [] 'x' ]");

        var delivery = await client.ReadAcknowledgedAsync();
        Assert.That(delivery.QualityOfService, Is.EqualTo(2));
        Assert.That(
            Enumerable.Range(0, delivery.Properties.Length / 4).Select(i => delivery.Properties.Substring(i * 4, 4)),
            Is.EquivalentTo(new[] { first, second }.Where(static text => text.Length > 0).Select(static text => Wire.Hex(text))));
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.3.4-3")]
    public async Task A_subscription_identifier_comes_with_retained_queued_and_sent_again_messages()
    {
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("31 [ {'t'} [] 'retained' ]");
        await publisher.ExpectNothingAsync();
        var client = await ConnectAsync("c", "11 00 00 00 3C");
        await client.SubscribeAsync("t", 1, "0B 2A");
        await client.ExpectAsync("31 [ {'t'} [ 0B 2A ] 'retained' ]");
        await publisher.SendAsync("32 [ {'t'} 00 01 [] 'unacknowledged' ]");
        Assert.That((await client.ReadDeliveryAsync()).Properties, Is.EqualTo("0B2A"));
        await LoseAsync(client);
        await publisher.ExchangeAsync("32 [ {'t'} 00 01 [] 'queued' ]", "40 [ 00 01 ] 40 [ 00 01 ]");

        using var back = await ComeBackAsync("c");
        Assert.That((await back.ReadDeliveryAsync()).Properties, Is.EqualTo("0B2A"));
        Assert.That((await back.ReadDeliveryAsync()).Properties, Is.EqualTo("0B2A"));
    }

    [TestCase("0B 02", "0B02")]
    [TestCase("", "")]
    [Spec("MQTT-3.3.4-3")]
    public async Task The_identifier_of_a_subscription_that_was_replaced_is_that_of_the_new_one(string properties, string expected)
    {
        using var client = await ConnectAsync("c");
        await client.SubscribeAsync("t", properties: "0B 01");
        await client.SubscribeAsync("t", properties: properties);
        await client.SendAsync("30 [ {'t'} [] ]");
        Assert.That((await client.ReadDeliveryAsync()).Properties, Is.EqualTo(expected));
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.3.4-6")]
    public async Task A_subscription_identifier_from_a_client_is_a_protocol_error()
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync("30 [ {'t'} [ 0B 01 ] ]");
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }
}
