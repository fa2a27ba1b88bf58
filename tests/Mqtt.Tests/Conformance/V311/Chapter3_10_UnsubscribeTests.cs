using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V311;

/// <summary>Sections 3.10 and 3.11: UNSUBSCRIBE and UNSUBACK.</summary>
public sealed class Chapter3_10_UnsubscribeTests : ConformanceFixture
{
    [Test]
    [Spec("MQTT-3.10.1-1")]
    [Spec("MQTT-2.2.2-2")]
    public async Task Wrong_flag_bits_close([Values("A0", "A1", "A3", "A6", "AA", "AF")] string firstByte) => await IsClosedAsync($"{firstByte} 05 00 01 00 01 'a'");

    [TestCase("A2 02 00 01")]
    [Spec("MQTT-3.10.3-2")]
    public async Task No_filter_closes(string packet) => await IsClosedAsync(packet);

    [TestCase("A2 00")]
    [TestCase("A2 01 00")]
    [TestCase("A2 05 00 01 00 02 'a'", Description = "a filter cut short")]
    [TestCase("A2 06 00 01 00 01 'a' 00", Description = "a second filter cut short")]
    [Spec("MQTT-3.10.3-1")]
    [Spec("MQTT-4.8.0-1")]
    public async Task A_packet_that_is_cut_short_closes(string packet) => await IsClosedAsync(packet);

    [Test]
    [Spec("MQTT-3.10.4-1")]
    public async Task Only_the_filter_that_is_the_same_is_removed([Values("+", "#", "A", "a/", "/a", "a/#", "b")] string other)
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync("82 06 00 01 00 01 'a' 00", "90 03 00 01 00");
        await client.ExchangeAsync(Raw.Packet("A2", $"00 02 {Raw.Text(other)}"), "B0 02 00 02");
        await client.ExchangeAsync("30 04 00 01 'a' 'x'", "30 04 00 01 'a' 'x'");
    }

    [Test]
    [Spec("MQTT-3.10.4-1")]
    [Spec("MQTT-3.10.4-2")]
    public async Task After_it_nothing_new_is_sent([Values("a", "+", "#", "a/#")] string filter)
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync(Raw.Packet("82", $"00 01 {Raw.Text(filter)} 02"), "90 03 00 01 02");
        await client.ExchangeAsync(Raw.Packet("A2", $"00 02 {Raw.Text(filter)}"), "B0 02 00 02");
        await client.ExchangeAsync("32 06 00 01 'a' 00 07 'x'", "40 02 00 07");
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.10.4-2")]
    public async Task Another_filter_that_matches_goes_on_alone()
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync("82 0A 00 01 00 01 'a' 02 00 01 '+' 00", "90 04 00 01 02 00");
        await client.ExchangeAsync("A2 05 00 02 00 01 'a'", "B0 02 00 02");
        await client.ExchangeAsync("32 06 00 01 'a' 00 07 'x'", "30 04 00 01 'a' 'x' 40 02 00 07");
    }

    [Test]
    [Spec("MQTT-3.10.4-3")]
    public async Task Deliveries_that_had_begun_are_completed()
    {
        string one, two;
        using (var client = await Broker.ConnectAsync("a", cleanSession: false))
        {
            await client.ExchangeAsync("82 06 00 01 00 01 'a' 02", "90 03 00 01 02");
            using var publisher = await Broker.ConnectAsync("publisher");
            await publisher.ExchangeAsync("32 06 00 01 'a' 00 05 '1'", "40 02 00 05");
            await publisher.ExchangeAsync("34 06 00 01 'a' 00 06 '2'", "50 02 00 06");
            one = await client.ExpectPublishAsync("32", "a", "1");
            two = await client.ExpectPublishAsync("34", "a", "2");
            await client.ExchangeAsync("A2 05 00 02 00 01 'a'", "B0 02 00 02");
        }

        using var back = await Broker.ConnectAsync("a", cleanSession: false, sessionPresent: true);
        Assert.That(await back.ExpectPublishAsync("3A", "a", "1"), Is.EqualTo(one));
        Assert.That(await back.ExpectPublishAsync("3C", "a", "2"), Is.EqualTo(two));
        await back.SendAsync($"40 02 {one}");
        await back.ExchangeAsync($"50 02 {two}", $"62 02 {two}");
        await back.SendAsync($"70 02 {two}");
        await back.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.10.4-4")]
    public async Task An_unsubscribe_is_answered_with_its_identifier([Values("00 01", "12 34", "FF FF")] string identifier)
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync("82 06 00 01 00 01 'a' 00", "90 03 00 01 00");
        await client.ExchangeAsync($"A2 05 {identifier} 00 01 'a'", $"B0 02 {identifier}");
    }

    [Test]
    [Spec("MQTT-3.10.4-5")]
    public async Task An_unsubscribe_of_what_is_not_there_is_answered_too([Values("x", "a#", "")] string filter)
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync(Raw.Packet("A2", $"00 0B {Raw.Text(filter)}"), "B0 02 00 0B");
    }

    [Test]
    [Spec("MQTT-3.10.4-6")]
    public async Task Many_filters_have_one_answer()
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync("82 0E 00 01 00 01 'a' 00 00 01 'b' 00 00 01 'c' 00", "90 05 00 01 00 00 00");
        await client.ExchangeAsync("A2 0B 00 02 00 01 'a' 00 01 'x' 00 01 'c'", "B0 02 00 02");
        await client.SendAsync("30 04 00 01 'a' '1' 30 04 00 01 'b' '2' 30 04 00 01 'c' '3'");
        await client.ExpectAsync("30 04 00 01 'b' '2'");
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-4.1.0-1")]
    public async Task A_subscription_that_was_removed_stays_away_when_the_session_is_taken_up()
    {
        using (var client = await Broker.ConnectAsync("a", cleanSession: false))
        {
            await client.ExchangeAsync("82 06 00 01 00 01 'a' 01", "90 03 00 01 01");
            await client.ExchangeAsync("A2 05 00 02 00 01 'a'", "B0 02 00 02");
        }

        using var back = await Broker.ConnectAsync("a", cleanSession: false, sessionPresent: true);
        await back.SendAsync("30 04 00 01 'a' 'x'");
        await back.ExpectNothingAsync();
    }

    private async Task IsClosedAsync(string packet)
    {
        using var client = await Broker.ConnectAsync("a");
        await client.SendAsync(packet);
        await client.ExpectCloseAsync();
    }
}
