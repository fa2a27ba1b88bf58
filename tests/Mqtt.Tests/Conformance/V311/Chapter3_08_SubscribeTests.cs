using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V311;

/// <summary>Sections 3.8 and 3.9: SUBSCRIBE and SUBACK.</summary>
public sealed class Chapter3_08_SubscribeTests : ConformanceFixture
{
    [Test]
    [Spec("MQTT-3.8.1-1")]
    [Spec("MQTT-2.2.2-2")]
    public async Task Wrong_flag_bits_close([Values("80", "81", "83", "86", "8A", "8F")] string firstByte) => await IsClosedAsync($"{firstByte} 06 00 01 00 01 'a' 00");

    [TestCase("82 02 00 01", Description = "no filter")]
    [Spec("MQTT-3.8.3-3")]
    public async Task No_filter_closes(string packet) => await IsClosedAsync(packet);

    [TestCase("82 00")]
    [TestCase("82 01 00")]
    [TestCase("82 05 00 01 00 01 'a'", Description = "no QoS")]
    [TestCase("82 05 00 01 00 02 'a'", Description = "a filter cut short")]
    [TestCase("82 08 00 01 00 01 'a' 00 00 01", Description = "a second filter cut short")]
    [Spec("MQTT-4.8.0-1")]
    public async Task A_packet_that_is_cut_short_closes(string packet) => await IsClosedAsync(packet);

    [Test]
    [Spec("MQTT-3.8.3-4")]
    public async Task A_QoS_of_3_and_reserved_bits_close([Values("03", "04", "08", "10", "20", "40", "80", "FF")] string quality) =>
        await IsClosedAsync($"82 06 00 01 00 01 'a' {quality}");

    [Test]
    [Spec("MQTT-3.8.3-4")]
    public async Task A_QoS_of_3_in_a_later_filter_closes_without_a_subscription()
    {
        using var client = await Broker.ConnectAsync("a", cleanSession: false);
        await client.SendAsync("82 0A 00 01 00 01 'a' 00 00 01 'b' 03");
        await client.ExpectCloseAsync();
        using var back = await Broker.ConnectAsync("a", cleanSession: false, sessionPresent: true);
        await back.SendAsync("30 04 00 01 'a' 'x'");
        await back.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.8.4-1")]
    [Spec("MQTT-3.8.4-2")]
    [Spec("MQTT-3.8.4-5")]
    public async Task A_subscribe_is_answered_with_its_identifier_and_QoS([Values("00", "01", "02")] string quality, [Values("00 01", "12 34", "FF FF")] string identifier)
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync($"82 06 {identifier} 00 01 'a' {quality}", $"90 03 {identifier} {quality}");
    }

    [Test]
    [Spec("MQTT-3.8.4-3")]
    public async Task The_same_filter_again_replaces_the_subscription()
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync("82 06 00 01 00 01 'a' 02", "90 03 00 01 02");
        await client.ExchangeAsync("82 06 00 02 00 01 'a' 00", "90 03 00 02 00");
        await client.ExchangeAsync("32 06 00 01 'a' 00 07 'x'", "30 04 00 01 'a' 'x' 40 02 00 07"); // once, and at the new QoS
        await client.ExpectNothingAsync();
        await client.ExchangeAsync("A2 05 00 03 00 01 'a'", "B0 02 00 03");
        await client.SendAsync("30 04 00 01 'a' 'x'");
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.8.4-3")]
    public async Task The_same_filter_again_brings_its_retained_messages_again()
    {
        using var client = await Broker.ConnectAsync("a");
        await client.SendAsync("31 04 00 01 'a' 'x'");
        await client.ExchangeAsync("82 06 00 01 00 01 'a' 00", "90 03 00 01 00 31 04 00 01 'a' 'x'");
        await client.ExchangeAsync("82 06 00 02 00 01 'a' 00", "90 03 00 02 00 31 04 00 01 'a' 'x'");
    }

    [Test]
    [Spec("MQTT-3.8.4-3")]
    public async Task The_same_filter_again_loses_nothing_that_is_published_meanwhile()
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync("82 06 00 01 00 01 'a' 01", "90 03 00 01 01");
        using var publisher = await Broker.ConnectAsync("publisher");
        var publishing = Task.Run(async () =>
        {
            for (var i = 1; i <= 200; i++)
            {
                await publisher.ExchangeAsync($"32 07 00 01 'a' 00 01 {i:X4}", "40 02 00 01");
            }
        });
        var next = 1;
        for (var round = 1; round <= 50; round++)
        {
            await client.SendAsync($"82 06 {round:X4} 00 01 'a' 01");
            while (await client.ReadPacketAsync("SUBACK or PUBLISH") is { } packet && packet[0] != 0x90)
            {
                Assert.That(Convert.ToHexString(packet.AsSpan(7)), Is.EqualTo($"{next++:X4}"));
            }
        }

        await Eventually.CompletesAsync(publishing.ContinueWith(task => task.IsCompletedSuccessfully, TaskScheduler.Default), "the publisher");
        while (next <= 200)
        {
            Assert.That(Convert.ToHexString((await client.ReadPacketAsync("PUBLISH")).AsSpan(7)), Is.EqualTo($"{next++:X4}"));
        }
    }

    [Test]
    [Spec("MQTT-3.8.4-4")]
    [Spec("MQTT-3.8.4-5")]
    [Spec("MQTT-3.9.3-1")]
    public async Task Many_filters_have_one_answer_with_a_code_for_each_in_order()
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync("82 12 00 0A 00 01 'a' 02 00 01 'b' 00 00 01 'c' 01 00 01 'd' 02", "90 06 00 0A 02 00 01 02");
        foreach (var topic in (string[])["a", "b", "c", "d"])
        {
            await client.ExchangeAsync($"30 04 00 01 '{topic}' 'x'", $"30 04 00 01 '{topic}' 'x'");
        }
    }

    [Test]
    [Spec("MQTT-3.8.4-4")]
    public async Task A_filter_that_stands_twice_in_a_packet_counts_as_it_stands_last()
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync("82 0A 00 0A 00 01 'a' 02 00 01 'a' 00", "90 04 00 0A 02 00");
        await client.ExchangeAsync("32 06 00 01 'a' 00 07 'x'", "30 04 00 01 'a' 'x' 40 02 00 07");
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.9.3-2")]
    [Spec("MQTT-3.8.4-5")]
    [Spec("MQTT-4.7.1-2")]
    [Spec("MQTT-4.7.1-3")]
    [Spec("MQTT-4.7.3-1")]
    public async Task A_filter_that_is_none_fails_beside_the_others(
        [Values("", "a#", "#/a", "a/#/b", "a/b#", "##", "a+", "+a", "a/+b", "a/b+/c", "++", "+#", "#+")] string filter)
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync(Raw.Packet("82", $"00 01 {Raw.Text(filter)} 02 00 01 'b' 01"), "90 04 00 01 80 01");
        await client.ExchangeAsync("30 04 00 01 'b' 'x'", "30 04 00 01 'b' 'x'");
    }

    [Test]
    [Spec("MQTT-3.8.4-6")]
    public async Task A_message_comes_at_the_lower_QoS([Values(0, 1, 2)] int published, [Values(0, 1, 2)] int granted)
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync($"82 06 00 01 00 01 'a' 0{granted}", $"90 03 00 01 0{granted}");
        using var publisher = await Broker.ConnectAsync("publisher");
        await publisher.SendAsync(Raw.Packet($"3{published * 2}", $"00 01 'a' {(published == 0 ? "" : "00 05")} 'x'"));
        Assert.That((await client.ReadPacketAsync("PUBLISH"))[0], Is.EqualTo(0x30 + (Math.Min(published, granted) * 2)));
    }

    private async Task IsClosedAsync(string packet)
    {
        using var client = await Broker.ConnectAsync("a");
        await client.SendAsync(packet);
        await client.ExpectCloseAsync();
    }
}
