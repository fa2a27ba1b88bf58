using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V311;

/// <summary>Sections 4.3 to 4.5: the exchanges of each QoS, and what is sent again.</summary>
public sealed class Chapter4_3_QualityOfServiceTests : ConformanceFixture
{
    [Test]
    [Spec("MQTT-4.3.1-1")]
    public async Task QoS_0_is_sent_once_with_QoS_0_and_without_dup()
    {
        using (var client = await SubscribeAsync(0))
        {
            using var publisher = await Broker.ConnectAsync("publisher");
            await publisher.ExchangeAsync("34 06 00 01 'a' 00 05 'x'", "50 02 00 05");
            await client.ExpectAsync("30 04 00 01 'a' 'x'");
        }

        using var back = await Broker.ConnectAsync("a", cleanSession: false, sessionPresent: true);
        await back.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-4.3.2-1")]
    public async Task The_sender_at_QoS_1_keeps_a_message_until_its_puback()
    {
        string identifier;
        using (var client = await SubscribeAsync(1))
        {
            await PublishAsync(1, "x");
            identifier = await client.ExpectPublishAsync("32", "a", "x");
            await client.ExpectNothingAsync(); // it is not sent again on the same connection
        }

        using (var back = await ComeBackAsync())
        {
            Assert.That(await back.ExpectPublishAsync("3A", "a", "x"), Is.EqualTo(identifier));
            await back.SendAsync($"40 02 {identifier}");
            await back.ExpectNothingAsync();
        }

        using var again = await ComeBackAsync();
        await again.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-4.3.2-2")]
    public async Task The_receiver_at_QoS_1_takes_each_publish_as_new_whatever_its_dup_and_identifier()
    {
        using var client = await SubscribeAsync(0);
        using var publisher = await Broker.ConnectAsync("publisher");
        foreach (var firstByte in (string[])["32", "3A", "32"])
        {
            await publisher.ExchangeAsync($"{firstByte} 06 00 01 'a' 00 05 'x'", "40 02 00 05");
            await client.ExpectAsync("30 04 00 01 'a' 'x'");
        }
    }

    [Test]
    [Spec("MQTT-4.3.3-1")]
    public async Task The_sender_at_QoS_2_keeps_a_message_until_its_pubrec_and_the_pubrel_until_its_pubcomp()
    {
        string identifier;
        using (var client = await SubscribeAsync(2))
        {
            await PublishAsync(2, "x");
            identifier = await client.ExpectPublishAsync("34", "a", "x");
            await client.ExpectNothingAsync();
        }

        using (var back = await ComeBackAsync())
        {
            Assert.That(await back.ExpectPublishAsync("3C", "a", "x"), Is.EqualTo(identifier));
            await back.ExchangeAsync($"50 02 {identifier}", $"62 02 {identifier}");
        }

        using (var back = await ComeBackAsync())
        {
            await back.ExpectAsync($"62 02 {identifier}"); // and no PUBLISH
            await back.ExpectNothingAsync();
            await back.SendAsync($"70 02 {identifier}");
            await back.ExpectNothingAsync();
        }

        using var again = await ComeBackAsync();
        await again.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-4.3.3-1")]
    public async Task A_pubrec_that_comes_twice_gets_its_pubrel_twice()
    {
        using var client = await SubscribeAsync(2);
        await PublishAsync(2, "x");
        var identifier = await client.ExpectPublishAsync("34", "a", "x");
        await client.ExchangeAsync($"50 02 {identifier}", $"62 02 {identifier}");
        await client.ExchangeAsync($"50 02 {identifier}", $"62 02 {identifier}");
        await client.SendAsync($"70 02 {identifier} 70 02 {identifier}");
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-4.3.3-2")]
    public async Task The_receiver_at_QoS_2_hands_on_one_message_however_often_it_comes_before_pubrel()
    {
        using var client = await SubscribeAsync(0);
        using var publisher = await Broker.ConnectAsync("publisher");
        await publisher.ExchangeAsync("34 06 00 01 'a' 00 05 'x'", "50 02 00 05");
        await publisher.ExchangeAsync("3C 06 00 01 'a' 00 05 'x'", "50 02 00 05");
        await publisher.ExchangeAsync("34 06 00 01 'a' 00 05 'x'", "50 02 00 05");
        await client.ExpectAsync("30 04 00 01 'a' 'x'");
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-4.3.3-2")]
    public async Task The_receiver_at_QoS_2_knows_a_message_also_when_its_publisher_comes_back()
    {
        using var client = await SubscribeAsync(0);
        using (var publisher = await Broker.ConnectAsync("publisher", cleanSession: false))
        {
            await publisher.ExchangeAsync("34 06 00 01 'a' 00 05 'x'", "50 02 00 05");
            await client.ExpectAsync("30 04 00 01 'a' 'x'");
        }

        using var again = await Broker.ConnectAsync("publisher", cleanSession: false, sessionPresent: true);
        await again.ExchangeAsync("3C 06 00 01 'a' 00 05 'x'", "50 02 00 05");
        await again.ExchangeAsync("62 02 00 05", "70 02 00 05");
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-4.3.3-2")]
    [Spec("MQTT-3.1.2-6")]
    public async Task The_receiver_at_QoS_2_does_not_know_it_after_a_clean_session()
    {
        using var client = await SubscribeAsync(0);
        using (var publisher = await Broker.ConnectAsync("publisher"))
        {
            await publisher.ExchangeAsync("34 06 00 01 'a' 00 05 'x'", "50 02 00 05");
            await client.ExpectAsync("30 04 00 01 'a' 'x'");
        }

        using var again = await Broker.ConnectAsync("publisher");
        await again.ExchangeAsync("34 06 00 01 'a' 00 05 'y'", "50 02 00 05");
        await client.ExpectAsync("30 04 00 01 'a' 'y'");
    }

    [Test]
    [Spec("MQTT-4.3.3-2")]
    public async Task The_receiver_at_QoS_2_takes_an_identifier_as_new_after_its_pubcomp()
    {
        using var client = await SubscribeAsync(0);
        using var publisher = await Broker.ConnectAsync("publisher");
        for (var i = 0; i < 3; i++)
        {
            await publisher.ExchangeAsync($"34 06 00 01 'a' 00 05 '{i}'", "50 02 00 05");
            await publisher.ExchangeAsync("62 02 00 05", "70 02 00 05");
            await client.ExpectAsync($"30 04 00 01 'a' '{i}'");
        }

        await publisher.ExchangeAsync("62 02 00 05", "70 02 00 05"); // and a PUBREL that comes again is answered again
    }

    [Test]
    [Spec("MQTT-4.3.2-2")]
    [Spec("MQTT-4.3.3-2")]
    public async Task Identifiers_of_both_directions_have_nothing_to_do_with_each_other()
    {
        using var client = await SubscribeAsync(2);
        await PublishAsync(2, "x");
        var identifier = await client.ExpectPublishAsync("34", "a", "x");
        await client.ExchangeAsync($"34 06 00 01 'b' {identifier} 'y'", $"50 02 {identifier}");
        await client.ExchangeAsync($"50 02 {identifier}", $"62 02 {identifier}");
        await client.ExchangeAsync($"62 02 {identifier}", $"70 02 {identifier}");
        await client.SendAsync($"70 02 {identifier}");
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-4.4.0-1")]
    [Spec("MQTT-4.6.0-1")]
    public async Task Who_comes_back_gets_all_that_is_open_in_its_order_with_its_identifiers()
    {
        var sent = new List<string>();
        using (var client = await SubscribeAsync(2))
        {
            for (var i = 0; i < 6; i++)
            {
                await PublishAsync(1 + (i % 2), $"{i}");
                sent.Add(await client.ExpectPublishAsync($"3{(1 + (i % 2)) * 2}", "a", $"{i}"));
            }

            await client.SendAsync($"40 02 {sent[2]}"); // settled
            await client.ExchangeAsync($"50 02 {sent[1]}", $"62 02 {sent[1]}"); // released
        }

        await PublishAsync(1, "6");
        using var back = await ComeBackAsync();
        Assert.That(await back.ExpectPublishAsync("3A", "a", "0"), Is.EqualTo(sent[0]));
        await back.ExpectAsync($"62 02 {sent[1]}");
        Assert.That(await back.ExpectPublishAsync("3C", "a", "3"), Is.EqualTo(sent[3]));
        Assert.That(await back.ExpectPublishAsync("3A", "a", "4"), Is.EqualTo(sent[4]));
        Assert.That(await back.ExpectPublishAsync("3C", "a", "5"), Is.EqualTo(sent[5]));
        await back.ExpectPublishAsync("32", "a", "6");
        await back.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-4.5.0-1")]
    public async Task A_message_goes_to_every_matching_session_there_and_away()
    {
        using (var away = await Broker.ConnectAsync("away", cleanSession: false))
        {
            await away.ExchangeAsync("82 06 00 01 00 01 '#' 01", "90 03 00 01 01");
        }

        await Broker.UntilConnectedAsync(0);
        using var first = await SubscribeAsync(1);
        using var second = await Broker.ConnectAsync("b");
        await second.ExchangeAsync("82 06 00 01 00 01 '+' 02", "90 03 00 01 02");
        using var other = await Broker.ConnectAsync("c");
        await other.ExchangeAsync("82 06 00 01 00 01 'x' 02", "90 03 00 01 02");
        await PublishAsync(1, "x");
        await first.ExpectPublishAsync("32", "a", "x");
        await second.ExpectPublishAsync("32", "a", "x");
        await other.ExpectNothingAsync();
        using var back = await Broker.ConnectAsync("away", cleanSession: false, sessionPresent: true);
        await back.ExpectPublishAsync("32", "a", "x");
    }

    /// <summary>The client "a" with a kept session and a subscription to "a".</summary>
    private async Task<RawClient> SubscribeAsync(int quality)
    {
        var client = await Broker.ConnectAsync("a", cleanSession: false);
        await client.ExchangeAsync($"82 06 00 01 00 01 'a' 0{quality}", $"90 03 00 01 0{quality}");
        return client;
    }

    private Task<RawClient> ComeBackAsync() => Broker.ConnectAsync("a", cleanSession: false, sessionPresent: true);

    private async Task PublishAsync(int quality, string payload)
    {
        using var publisher = await Broker.ConnectAsync("publisher");
        await publisher.ExchangeAsync(Raw.Packet($"3{quality * 2}", $"00 01 'a' 00 05 '{payload}'"), quality == 1 ? "40 02 00 05" : "50 02 00 05");
        if (quality == 2)
        {
            await publisher.ExchangeAsync("62 02 00 05", "70 02 00 05");
        }
    }
}
