using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Sections 2.1 and 2.2.1: headers, lengths and packet identifiers.</summary>
public sealed class Chapter2_PacketFormatTests : V5Fixture
{
    [TestCase("41 [ 00 01 ]", Description = "PUBACK")]
    [TestCase("52 [ 00 01 ]", Description = "PUBREC")]
    [TestCase("60 [ 00 01 ]", Description = "PUBREL")]
    [TestCase("63 [ 00 01 ]")]
    [TestCase("72 [ 00 01 ]", Description = "PUBCOMP")]
    [TestCase("80 [ 00 01 [] {'a'} 00 ]", Description = "SUBSCRIBE")]
    [TestCase("83 [ 00 01 [] {'a'} 00 ]")]
    [TestCase("8A [ 00 01 [] {'a'} 00 ]")]
    [TestCase("A0 [ 00 01 [] {'a'} ]", Description = "UNSUBSCRIBE")]
    [TestCase("A6 [ 00 01 [] {'a'} ]")]
    [TestCase("C1 00", Description = "PINGREQ")]
    [TestCase("E1 00", Description = "DISCONNECT")]
    [TestCase("EF 00")]
    [TestCase("F2 00", Description = "AUTH")]
    [TestCase("00 00", Description = "the packet type that is none")]
    [TestCase("0F 00")]
    [Spec("MQTT-2.1.3-1")]
    [Spec("MQTT-3.6.1-1")]
    [Spec("MQTT-3.8.1-1")]
    [Spec("MQTT-3.10.1-1")]
    [Spec("MQTT-3.14.1-1")]
    [Spec("MQTT-3.15.1-1")]
    public async Task Flags_that_are_not_those_of_the_packet_are_malformed(string packet)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync(packet);
        await client.ExpectDisconnectAsync(ReasonCode.MalformedPacket);
    }

    [Test]
    [Spec("MQTT-2.1.3-1")]
    public async Task A_CONNECT_with_flags_is_closed()
    {
        using var client = await OpenAsync();
        await client.SendAsync("11 [ {'MQTT'} 05 02 00 3C [] {'c'} ]");
        await client.ExpectCloseAsync();
    }

    [TestCase("20 [ 00 00 [] ]", Description = "CONNACK")]
    [TestCase("90 [ 00 01 [] 00 ]", Description = "SUBACK")]
    [TestCase("B0 [ 00 01 [] 00 ]", Description = "UNSUBACK")]
    [TestCase("D0 00", Description = "PINGRESP")]
    public async Task A_packet_that_only_servers_send_is_a_protocol_error(string packet)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync(packet);
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [Test]
    [Spec("MQTT-2.2.1-2")]
    [Spec("MQTT-2.2.2-1")]
    public async Task A_message_of_QoS_0_has_no_identifier_and_says_that_it_has_no_properties()
    {
        using var client = await ConnectAsync("c");
        await client.SubscribeAsync("t", 2);
        await client.ExchangeAsync("30 [ {'t'} [] 'x' ]", "30 05 00 01 't' 00 'x'");
    }

    [TestCase("32 [ {'t'} 00 00 [] ]")]
    [TestCase("34 [ {'t'} 00 00 [] ]")]
    [TestCase("82 [ 00 00 [] {'t'} 00 ]")]
    [TestCase("A2 [ 00 00 [] {'t'} ]")]
    [TestCase("62 [ 00 00 ]")]
    [Spec("MQTT-2.2.1-3")]
    public async Task The_identifier_0_is_a_protocol_error(string packet)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync(packet);
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [Test]
    [Spec("MQTT-2.2.1-4")]
    [Spec("MQTT-4.3.2-1")]
    [Spec("MQTT-4.3.3-1")]
    public async Task Messages_in_flight_have_identifiers_of_their_own()
    {
        using var client = await ConnectAsync("c");
        await client.SubscribeAsync("t", 2);
        using var publisher = await ConnectAsync("p");
        var seen = new HashSet<int>();
        for (var i = 0; i < 20; i++)
        {
            await publisher.SendAsync(i % 2 == 0 ? "32 [ {'t'} 00 01 [] ]" : $"34 [ {{'t'}} 00 {i:X2} [] ]");
            var delivery = await client.ReadDeliveryAsync();
            Assert.That(delivery.PacketIdentifier, Is.Not.Zero);
            Assert.That(seen.Add(delivery.PacketIdentifier), $"{delivery.PacketIdentifier} is in use");
        }
    }

    [TestCase("FF FF")]
    [TestCase("00 01")]
    [TestCase("80 00")]
    [Spec("MQTT-2.2.1-5")]
    [Spec("MQTT-2.2.1-6")]
    [Spec("MQTT-2.2.2-1")]
    public async Task An_answer_repeats_the_identifier_of_what_it_answers(string identifier)
    {
        using var client = await ConnectAsync("c");
        await client.ExchangeAsync($"82 [ {identifier} [] {{'f'}} 00 ]", $"90 [ {identifier} 00 00 ]");
        await client.ExchangeAsync($"A2 [ {identifier} [] {{'f'}} ]", $"B0 [ {identifier} 00 00 ]");
        await client.ExchangeAsync($"32 [ {{'t'}} {identifier} [] ]", $"40 [ {identifier} ]");
        await client.ExchangeAsync($"34 [ {{'t'}} {identifier} [] ]", $"50 [ {identifier} ]");
        await client.ExchangeAsync($"62 [ {identifier} ]", $"70 [ {identifier} ]");
    }

    [TestCase("30 [ {'t'} 05 ]", Description = "a property length beyond the packet")]
    [TestCase("30 [ {'t'} ]", Description = "no property length")]
    [TestCase("30 [ 00 05 't' ]", Description = "a topic beyond the packet")]
    [TestCase("30 [ 00 ]")]
    [TestCase("30 00")]
    [TestCase("32 [ {'t'} ]")]
    [TestCase("32 [ {'t'} 00 ]")]
    [TestCase("30 [ {'t'} [ 02 00 00 ] ]", Description = "a value cut short")]
    [TestCase("30 [ {'t'} [ 01 ] ]")]
    [TestCase("30 [ {'t'} [ 23 00 ] ]")]
    [TestCase("30 [ {'t'} [ 03 00 05 'x' ] ]")]
    [TestCase("40 00")]
    [TestCase("40 [ 00 ]")]
    [TestCase("40 [ 00 01 00 05 ]")]
    [TestCase("40 [ 00 01 00 [] 00 ]", Description = "more than the packet has")]
    [TestCase("62 [ 00 01 00 [] 00 ]")]
    [TestCase("82 00")]
    [TestCase("82 [ 00 01 ]")]
    [TestCase("82 [ 00 01 [] 00 05 'f' 00 ]")]
    [TestCase("82 [ 00 01 [] {'f'} ]", Description = "no options")]
    [TestCase("82 [ 00 01 [] {'f'} 00 {'g'} ]")]
    [TestCase("82 [ 00 01 [] {'f'} 00 00 ]")]
    [TestCase("A2 00")]
    [TestCase("A2 [ 00 01 [] 00 05 'f' ]")]
    [TestCase("A2 [ 00 01 [] {'f'} 00 ]")]
    [TestCase("C0 [ 00 ]", Description = "PINGREQ with a body")]
    [TestCase("E0 [ 00 05 ]")]
    [TestCase("E0 [ 00 [] 00 ]")]
    public async Task A_packet_that_is_longer_or_shorter_than_its_fields_is_malformed(string packet)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync(packet);
        await client.ExpectDisconnectAsync(ReasonCode.MalformedPacket);
    }
}
