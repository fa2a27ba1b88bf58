using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Sections 3.8 and 3.9: SUBSCRIBE and SUBACK.</summary>
public sealed class Chapter3_08_SubscribeTests : V5Fixture
{
    [TestCase("82 [ 00 01 [] ]")]
    [TestCase("82 [ 00 01 [ 0B 01 ] ]")]
    [Spec("MQTT-3.8.3-2")]
    public async Task A_SUBSCRIBE_without_filters_is_a_protocol_error(string packet)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync(packet);
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [TestCase("40")]
    [TestCase("80")]
    [TestCase("C1")]
    [TestCase("03", Description = "QoS 3")]
    [TestCase("07")]
    [Spec("MQTT-3.8.3-5")]
    public async Task Options_with_reserved_bits_are_malformed(string options)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync($"82 [ 00 01 [] {{'t'}} {options} ]");
        await client.ExpectDisconnectAsync(ReasonCode.MalformedPacket);
    }

    [Test]
    public async Task Retain_Handling_3_is_a_protocol_error()
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync("82 [ 00 01 [] {'t'} 30 ]");
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [Test]
    [Spec("MQTT-3.8.3-3")]
    public async Task No_Local_keeps_away_what_the_client_itself_publishes([Values(0, 1, 2)] int quality)
    {
        using var client = await SubscribedAsync("c", "t", 4 | quality);
        await client.SendAsync("30 [ {'t'} [] 'own' ]");
        await client.ExchangeAsync("32 [ {'t'} 00 01 [] 'own' ]", "40 [ 00 01 ]");
        await client.ExpectNothingAsync();

        using var other = await ConnectAsync("other");
        await other.SendAsync("30 [ {'t'} [] 'foreign' ]");
        await client.ExpectAsync("30 [ {'t'} [] 'foreign' ]");
    }

    [Test]
    [Spec("MQTT-3.8.3-3")]
    public async Task No_Local_goes_by_the_client_identifier_over_connections()
    {
        var client = await SubscribedAsync("c", "t", 4 | 1);
        await LoseAsync(client);
        using var back = await ComeBackAsync("c");
        await back.ExchangeAsync("32 [ {'t'} 00 01 [] 'own' ]", "40 [ 00 01 ]");
        await back.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.8.3-3")]
    public async Task A_subscription_that_overlaps_without_No_Local_still_brings_own_messages()
    {
        using var client = await ConnectAsync("c");
        await client.SubscribeAsync("t/#", 4 | 2, "0B 01");
        await client.SubscribeAsync("t/x", 1, "0B 02");
        await client.ExchangeAsync("30 [ {'t/x'} [] 'own' ]", "30 [ {'t/x'} [ 0B 02 ] 'own' ]");
        await client.ExpectNothingAsync();
    }

    [Test]
    public async Task No_Local_does_not_hold_for_retained_messages()
    {
        // Section 3.8.3.1 speaks of forwarding: a retained message belongs to its topic, not to who published it. mosquitto reads it so, too; EMQX does not.
        using var client = await ConnectAsync("c");
        await client.SendAsync("31 [ {'t'} [] 'own' ]");
        await client.SubscribeAsync("t", 4);
        await client.ExpectAsync("31 [ {'t'} [] 'own' ]");
    }

    [Test]
    public async Task No_Local_holds_for_the_clients_own_will()
    {
        await LoseAsync(await SubscribedWithWillAsync(options: 4 | 1));
        using var back = await ComeBackAsync("c");
        await back.ExpectNothingAsync();

        async Task<WireClient> SubscribedWithWillAsync(int options)
        {
            var client = await ConnectAsync("c", "11 00 00 00 3C", flags: "0E", rest: "[] {'w'} {'gone'}");
            await client.SubscribeAsync("w", options);
            return client;
        }
    }

    [Test]
    [Spec("MQTT-3.8.3-4")]
    public async Task No_Local_for_a_shared_subscription_is_a_protocol_error()
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync("82 [ 00 01 [] {'$share/g/t'} 04 ]");
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [Test]
    [Spec("MQTT-3.8.4-1")]
    [Spec("MQTT-3.8.4-2")]
    [Spec("MQTT-3.8.4-5")]
    [Spec("MQTT-3.8.4-6")]
    [Spec("MQTT-3.8.4-7")]
    [Spec("MQTT-3.9.3-1")]
    [Spec("MQTT-3.9.3-2")]
    public async Task Many_filters_have_one_answer_with_a_code_for_each_in_order()
    {
        using var client = await ConnectAsync("c");
        await client.ExchangeAsync(
            "82 [ AB CD [] {'a'} 02 {'b#'} 01 {'c'} 00 {'#/d'} 02 {'e'} 01 {} 00 {'$share/g'} 00 {'f+'} 00 ]",
            "90 [ AB CD [] 02 8F 00 8F 01 8F 8F 8F ]");
        await client.ExchangeAsync("30 [ {'e'} [] ]", "30 [ {'e'} [] ]");
    }

    [Test]
    [Spec("MQTT-3.8.4-3")]
    public async Task The_same_filter_again_replaces_the_subscription()
    {
        using var client = await ConnectAsync("c");
        await client.SubscribeAsync("t", 2);
        await client.SubscribeAsync("t", 0);
        await client.SendAsync("32 [ {'t'} 00 01 [] 'x' ]");
        var heard = new[] { await client.ReadAsync("PUBACK or PUBLISH"), await client.ReadAsync("the other") };
        Assert.That(heard.Select(static packet => packet.Hex), Is.EquivalentTo(new[] { "40020001", Wire.Hex("30 [ {'t'} [] 'x' ]") }));
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.8.4-3")]
    public async Task A_filter_that_stands_twice_in_a_packet_is_one_subscription()
    {
        using var client = await ConnectAsync("c");
        await client.ExchangeAsync("82 [ 00 01 [] {'t'} 02 {'t'} 00 ]", "90 [ 00 01 [] 02 00 ]");
        await client.ExchangeAsync("30 [ {'t'} [] ]", "30 [ {'t'} [] ]");
        await client.ExpectNothingAsync();
        await client.ExchangeAsync("A2 [ 00 01 [] {'t'} ]", "B0 [ 00 01 [] 00 ]");
        await client.SendAsync("30 [ {'t'} [] ]");
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.8.4-4")]
    public async Task Messages_that_wait_are_not_lost_when_their_subscription_is_replaced()
    {
        using var client = await SubscribedAsync("c", "t", 1, "21 00 01");
        using var publisher = await ConnectAsync("p");
        await publisher.ExchangeAsync("32 [ {'t'} 00 01 [] '1' ] 32 [ {'t'} 00 02 [] '2' ]", "40 [ 00 01 ] 40 [ 00 02 ]");
        var first = await client.ReadDeliveryAsync();
        await client.SubscribeAsync("t", 0);
        await client.SendAsync($"40 [ {first.Identifier} ]");
        var second = await client.ReadAcknowledgedAsync();
        Assert.That((second.Payload, second.QualityOfService), Is.EqualTo(("2", 1)));
    }

    [Test]
    [Spec("MQTT-3.8.4-4")]
    public async Task Retained_messages_come_again_for_a_filter_that_is_replaced()
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync("31 [ {'t'} [] 'kept' ]");
        for (var i = 0; i < 2; i++)
        {
            await client.SubscribeAsync("t", 1);
            await client.ExpectAsync("31 [ {'t'} [] 'kept' ]");
        }
    }

    [Test]
    [Spec("MQTT-3.8.4-8")]
    public async Task A_message_comes_at_the_lower_QoS([Values(0, 1, 2)] int published, [Values(0, 1, 2)] int granted)
    {
        using var client = await SubscribedAsync("c", "t", granted);
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync($"3{published * 2:X} [ {{'t'}} {(published > 0 ? "00 01" : "")} [] 'x' ]");
        Assert.That((await client.ReadAcknowledgedAsync()).QualityOfService, Is.EqualTo(Math.Min(published, granted)));
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.8.4-8")]
    public async Task A_retained_message_comes_at_the_lower_QoS([Values(0, 1, 2)] int published, [Values(0, 1, 2)] int granted)
    {
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync($"3{(published * 2) + 1:X} [ {{'t'}} {(published > 0 ? "00 01" : "")} [] 'x' ]");
        if (published > 0)
        {
            await publisher.ExpectAsync($"{(published == 1 ? "40" : "50")} [ 00 01 ]");
        }
        else
        {
            await publisher.ExpectNothingAsync();
        }

        using var client = await SubscribedAsync("c", "t", granted);
        Assert.That((await client.ReadAcknowledgedAsync()).QualityOfService, Is.EqualTo(Math.Min(published, granted)));
    }

    [Test]
    public async Task SUBACK_comes_before_the_retained_messages()
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync("31 [ {'t'} [] 'kept' ] 82 [ 00 01 [] {'t'} 00 ]");
        await client.ExpectAsync("90 [ 00 01 [] 00 ] 31 [ {'t'} [] 'kept' ]");
    }

    [Test]
    public async Task All_options_at_once_are_granted()
    {
        using var client = await ConnectAsync("c");
        await client.ExchangeAsync("82 [ 00 01 [ 0B 01 26 {'n'} {'v'} ] {'t'} 2E ]", "90 [ 00 01 [] 02 ]");
    }
}
