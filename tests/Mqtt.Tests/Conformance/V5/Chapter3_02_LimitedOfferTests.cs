using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Section 3.2.2.3 on a broker that does not offer everything.</summary>
public sealed class Chapter3_02_LimitedOfferTests : V5Fixture
{
    private protected override void Configure(MqttOptions options)
    {
        options.Limits.MaxQos = 1;
        options.Limits.RetainAvailable = false;
        options.Limits.WildcardSubscriptions = false;
        options.Limits.SharedSubscriptions = false;
        options.Limits.SubscriptionIdentifiers = false;
    }

    [TestCase(0x24, "01")]
    [TestCase(0x25, "00")]
    [TestCase(0x28, "00")]
    [TestCase(0x29, "00")]
    [TestCase(0x2A, "00")]
    [Spec("MQTT-3.2.2-9")]
    public async Task What_is_not_offered_is_told_in_CONNACK(int property, string value)
    {
        using var client = await ConnectAsync("c");
        Assert.That(Properties.Value(client.ConnAck!.ConnAckProperties, property), Is.EqualTo(value));
    }

    [TestCase(0, 0)]
    [TestCase(1, 1)]
    [TestCase(2, 1)]
    [Spec("MQTT-3.2.2-10")]
    public async Task A_subscription_of_any_QoS_is_taken(int asked, int granted)
    {
        using var client = await ConnectAsync("c");
        await client.ExchangeAsync($"82 [ 00 01 [] {{'t'}} {asked:X2} ]", $"90 [ 00 01 [] {granted:X2} ]");
    }

    [TestCase("34 [ {'t'} 00 01 [] ]", ReasonCode.QualityOfServiceNotSupported)]
    [TestCase("31 [ {'t'} [] 'x' ]", ReasonCode.RetainNotSupported)]
    [TestCase("31 [ {'t'} [] ]", ReasonCode.RetainNotSupported)]
    [TestCase("82 [ 00 01 [] {'+/t'} 00 ]", ReasonCode.WildcardSubscriptionsNotSupported)]
    [TestCase("82 [ 00 01 [] {'t'} 00 {'#'} 00 ]", ReasonCode.WildcardSubscriptionsNotSupported)]
    [TestCase("82 [ 00 01 [] {'$share/g/t'} 00 ]", ReasonCode.SharedSubscriptionsNotSupported)]
    [TestCase("82 [ 00 01 [ 0B 01 ] {'t'} 00 ]", ReasonCode.SubscriptionIdentifiersNotSupported)]
    [Spec("MQTT-3.2.2-11")]
    [Spec("MQTT-3.2.2-14")]
    public async Task A_client_that_uses_it_all_the_same_is_sent_away_with_the_reason(string packet, ReasonCode reason)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync(packet);
        await client.ExpectDisconnectAsync(reason);
    }

    [TestCase("16", ReasonCode.QualityOfServiceNotSupported)]
    [TestCase("26", ReasonCode.RetainNotSupported)]
    [Spec("MQTT-3.2.2-12")]
    [Spec("MQTT-3.2.2-13")]
    public async Task A_will_that_uses_it_is_refused(string flags, ReasonCode reason)
    {
        using var client = await OpenAsync();
        await client.SendAsync($"10 [ {{'MQTT'}} 05 {flags} 00 3C [] {{'c'}} [] {{'w'}} {{'gone'}} ]");
        await client.ExpectRefusalAsync(reason);
    }
}
