using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V311;

/// <summary>Chapter 2: fixed header and Packet Identifier.</summary>
public sealed class Chapter2_ControlPacketFormatTests : ConformanceFixture
{
    [TestCase("41 02 00 01", Description = "PUBACK")]
    [TestCase("52 02 00 01", Description = "PUBREC")]
    [TestCase("74 02 00 01", Description = "PUBCOMP")]
    [TestCase("C1 00", Description = "PINGREQ")]
    [TestCase("C8 00", Description = "PINGREQ")]
    [TestCase("E2 00", Description = "DISCONNECT")]
    [Spec("MQTT-2.2.2-1")]
    [Spec("MQTT-2.2.2-2")]
    public async Task Reserved_flag_bits_that_are_set_close(string packet)
    {
        using var client = await Broker.ConnectAsync("a");
        await client.SendAsync(packet);
        await client.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-2.2.2-2")]
    public async Task Reserved_flag_bits_of_connect_close([Values("11", "12", "14", "18", "1F")] string firstByte)
    {
        using var client = await Broker.OpenAsync();
        await client.SendAsync($"{firstByte} 0D 00 04 'MQTT' 04 02 00 00 00 01 'a'");
        await client.ExpectCloseAsync();
    }

    [TestCase("00 00")]
    [TestCase("0F 00")]
    [TestCase("F0 00")]
    [TestCase("F0 02 00 01")]
    public async Task Packet_types_that_are_reserved_close(string packet)
    {
        using var client = await Broker.ConnectAsync("a");
        await client.SendAsync(packet);
        await client.ExpectCloseAsync();
    }

    [TestCase("C0 80 80 80 80 00")]
    [TestCase("30 FF FF FF FF 01")]
    public async Task A_remaining_length_of_five_bytes_closes(string packet)
    {
        using var client = await Broker.ConnectAsync("a");
        await client.SendAsync(packet);
        await client.ExpectCloseAsync();
    }

    /// <summary>127 and 128, 16,383 and 16,384: where the Remaining Length gets another byte.</summary>
    [Test]
    public async Task Every_length_of_the_remaining_length_is_read_and_written([Values(127, 128, 16_383, 16_384, 100_000)] int remaining)
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync("82 06 00 01 00 01 'a' 00", "90 03 00 01 00");
        var publish = Raw.Packet("30", $"00 01 'a' '{new string('x', remaining - 3)}'");
        await client.ExchangeAsync(publish, publish);
    }

    [Test]
    public async Task A_packet_may_come_byte_by_byte_and_many_in_one_piece()
    {
        using var client = await Broker.OpenAsync();
        foreach (var single in Protocol.Reading.Bytes("10 0D 00 04 'MQTT' 04 02 00 00 00 01 'a'"))
        {
            await client.SendAsync($"{single:X2}");
        }

        await client.ExpectAsync("20 02 00 00");
        await client.ExchangeAsync(
            "82 06 00 01 00 01 'a' 01 32 06 00 01 'a' 00 07 'x' C0 00 A2 05 00 02 00 01 'a' C0 00",
            "90 03 00 01 01 32 06 00 01 'a' 00 01 'x' 40 02 00 07 D0 00 B0 02 00 02 D0 00");
    }

    [TestCase("82 06 00 00 00 01 'a' 00")]
    [TestCase("A2 05 00 00 00 01 'a'")]
    [TestCase("32 05 00 01 'a' 00 00")]
    [TestCase("34 05 00 01 'a' 00 00")]
    [Spec("MQTT-2.3.1-1")]
    public async Task An_identifier_of_0_closes(string packet)
    {
        using var client = await Broker.ConnectAsync("a");
        await client.SendAsync(packet);
        await client.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-2.3.1-4")]
    public async Task The_servers_identifiers_are_used_again_only_after_their_acknowledgement()
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync("82 0B 00 01 00 01 'a' 01 00 02 'bb' 02", "90 04 00 01 01 02");
        using var publisher = await Broker.ConnectAsync("publisher");
        var inFlight = new HashSet<string>();
        for (var i = 0; i < 100; i++)
        {
            await publisher.ExchangeAsync("32 06 00 01 'a' 00 01 'x'", "40 02 00 01");
            await publisher.ExchangeAsync("34 07 00 02 'bb' 00 02 'x'", "50 02 00 02");
            await publisher.ExchangeAsync("62 02 00 02", "70 02 00 02");
            Assert.That(inFlight.Add(await client.ExpectPublishAsync("32", "a", "x")), "the identifier is free");
            Assert.That(inFlight.Add(await client.ExpectPublishAsync("34", "bb", "x")), "the identifier is free");
        }
    }

    [Test]
    [Spec("MQTT-2.3.1-5")]
    public async Task A_publish_at_QoS_0_has_no_identifier()
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync("82 06 00 01 00 01 'a' 02", "90 03 00 01 02");
        await client.ExchangeAsync("30 05 00 01 'a' 'xy'", "30 05 00 01 'a' 'xy'"); // what would be an identifier is payload
        await client.ExchangeAsync("30 05 00 01 'a' 00 00", "30 05 00 01 'a' 00 00");
    }

    [Test]
    [Spec("MQTT-2.3.1-6")]
    [Spec("MQTT-2.3.1-7")]
    public async Task Answers_carry_the_identifier_of_what_they_answer([Values("00 01", "00 FF", "01 00", "7F FF", "FF FF")] string identifier)
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync($"82 06 {identifier} 00 01 'x' 00", $"90 03 {identifier} 00");
        await client.ExchangeAsync($"32 05 00 01 'a' {identifier}", $"40 02 {identifier}");
        await client.ExchangeAsync($"34 05 00 01 'a' {identifier}", $"50 02 {identifier}");
        await client.ExchangeAsync($"62 02 {identifier}", $"70 02 {identifier}");
        await client.ExchangeAsync($"A2 05 {identifier} 00 01 'x'", $"B0 02 {identifier}");
    }

    [Test]
    [Spec("MQTT-2.3.1-6")]
    public async Task The_servers_pubrel_carries_the_identifier_of_its_publish()
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync("82 06 00 01 00 01 'a' 02", "90 03 00 01 02");
        using var publisher = await Broker.ConnectAsync("publisher");
        await publisher.ExchangeAsync("34 06 00 01 'a' 33 33 'x'", "50 02 33 33");
        var identifier = await client.ExpectPublishAsync("34", "a", "x");
        await client.ExchangeAsync($"50 02 {identifier}", $"62 02 {identifier}");
    }
}
