using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Sections 3.10 and 3.11: UNSUBSCRIBE and UNSUBACK.</summary>
public sealed class Chapter3_10_UnsubscribeTests : V5Fixture
{
    [Test]
    [Spec("MQTT-3.10.3-2")]
    public async Task An_UNSUBSCRIBE_without_filters_is_a_protocol_error([Values("", "26 {'n'} {'v'}")] string properties)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync($"A2 [ 00 01 [ {properties} ] ]");
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [TestCase("a/b", "a/b", true)]
    [TestCase("a/b", "A/b", false)]
    [TestCase("a/b", "a/b/", false)]
    [TestCase("a/b", "a/+", false)]
    [TestCase("a/+", "a/b", false)]
    [TestCase("a/#", "#", false)]
    [TestCase("$share/g/a", "a", false)]
    [TestCase("$share/g/a", "$share/h/a", false)]
    [TestCase("$share/g/a", "$share/g/a", true)]
    [Spec("MQTT-3.10.4-1")]
    public async Task A_filter_ends_the_subscription_of_the_very_same_characters(string subscribed, string unsubscribed, bool isTheSame)
    {
        using var client = await SubscribedAsync("c", subscribed, 0);
        await client.ExchangeAsync($"A2 [ 00 01 [] {{'{unsubscribed}'}} ]", $"B0 [ 00 01 [] {(isTheSame ? "00" : "11")} ]");
        await client.ExchangeAsync($"A2 [ 00 01 [] {{'{subscribed}'}} ]", $"B0 [ 00 01 [] {(isTheSame ? "11" : "00")} ]");
    }

    [Test]
    [Spec("MQTT-3.10.4-2")]
    public async Task After_it_no_messages_come()
    {
        using var client = await SubscribedAsync("c", "t", 2);
        await client.ExchangeAsync("A2 [ 00 01 [] {'t'} ]", "B0 [ 00 01 [] 00 ]");
        await client.SendAsync("30 [ {'t'} [] ] 34 [ {'t'} 00 01 [] ]");
        await client.ExpectAsync("50 [ 00 01 ]");
        await client.ExpectNothingAsync();
    }

    [Test]
    public async Task Another_subscription_that_matches_goes_on()
    {
        using var client = await SubscribedAsync("c", "t", 0);
        await client.SubscribeAsync("#");
        await client.ExchangeAsync("A2 [ 00 01 [] {'t'} ]", "B0 [ 00 01 [] 00 ]");
        await client.ExchangeAsync("30 [ {'t'} [] ]", "30 [ {'t'} [] ]");
    }

    [Test]
    [Spec("MQTT-3.10.4-3")]
    public async Task A_delivery_that_was_begun_is_finished([Values(1, 2)] int quality)
    {
        using var client = await SubscribedAsync("c", "t", quality);
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync($"34 [ {{'t'}} 00 01 [] 'x' ]");
        var delivery = await client.ReadDeliveryAsync();
        await client.ExchangeAsync("A2 [ 00 01 [] {'t'} ]", "B0 [ 00 01 [] 00 ]");
        await LoseAsync(client);

        using var back = await ComeBackAsync("c");
        var again = await back.ReadAcknowledgedAsync();
        Assert.That((again.Payload, again.PacketIdentifier), Is.EqualTo(("x", delivery.PacketIdentifier)));
    }

    [Test]
    [Spec("MQTT-3.10.4-4")]
    [Spec("MQTT-3.10.4-5")]
    [Spec("MQTT-3.10.4-6")]
    [Spec("MQTT-3.11.3-1")]
    [Spec("MQTT-3.11.3-2")]
    public async Task Many_filters_have_one_answer_with_a_code_for_each_in_order()
    {
        using var client = await SubscribedAsync("c", "a", 0);
        await client.SubscribeAsync("c");
        await client.ExchangeAsync("A2 [ AB CD [] {'a'} {'b'} {'c'} {'a'} ]", "B0 [ AB CD [] 00 11 00 11 ]");
        await client.ExchangeAsync("A2 [ AB CE [] {'a'} ]", "B0 [ AB CE [] 11 ]");
    }
}
