using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V311;

/// <summary>Section 3.1.2.4, Clean Session, and Session Present of section 3.2.2.2.</summary>
public sealed class Chapter3_01_SessionTests : ConformanceFixture
{
    [Test]
    [Spec("MQTT-3.1.2-4")]
    [Spec("MQTT-3.1.4-3")]
    [Spec("MQTT-3.2.2-2")]
    [Spec("MQTT-3.2.2-3")]
    public async Task A_session_is_made_kept_and_taken_up_again([Values] bool byDisconnect)
    {
        using (var client = await Broker.ConnectAsync("a", cleanSession: false, sessionPresent: false))
        {
            await client.ExchangeAsync("82 06 00 01 00 01 'a' 01", "90 03 00 01 01");
            if (byDisconnect)
            {
                await client.SendAsync("E0 00");
                await client.ExpectCloseAsync();
            }
        }

        using var back = await Broker.ConnectAsync("a", cleanSession: false, sessionPresent: true);
        await back.SendAsync("30 04 00 01 'a' 'x'");
        await back.ExpectAsync("30 04 00 01 'a' 'x'"); // the subscription is still there
    }

    [Test]
    [Spec("MQTT-3.1.2-5")]
    [Spec("MQTT-4.1.0-1")]
    [Spec("MQTT-4.5.0-1")]
    public async Task Messages_wait_for_a_client_that_is_away()
    {
        using (var client = await Broker.ConnectAsync("a", cleanSession: false))
        {
            await client.ExchangeAsync("82 0A 00 01 00 01 'a' 01 00 01 'b' 02", "90 04 00 01 01 02");
        }

        await Broker.UntilConnectedAsync(0);
        using var publisher = await Broker.ConnectAsync("publisher");
        await publisher.ExchangeAsync("32 06 00 01 'a' 00 05 '1'", "40 02 00 05");
        await publisher.ExchangeAsync("34 06 00 01 'b' 00 06 '2'", "50 02 00 06");
        await publisher.ExchangeAsync("62 02 00 06", "70 02 00 06");
        await publisher.ExchangeAsync("32 06 00 01 'b' 00 07 '3'", "40 02 00 07");
        await publisher.ExchangeAsync("32 06 00 01 'c' 00 08 '4'", "40 02 00 08");

        using var back = await Broker.ConnectAsync("a", cleanSession: false, sessionPresent: true);
        await back.ExpectPublishAsync("32", "a", "1");
        await back.ExpectPublishAsync("34", "b", "2");
        await back.ExpectPublishAsync("32", "b", "3");
        await back.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-4")]
    [Spec("MQTT-4.1.0-1")]
    public async Task A_session_waits_for_its_client_for_a_day()
    {
        using (var client = await Broker.ConnectAsync("a", cleanSession: false))
        {
            await client.ExchangeAsync("82 06 00 01 00 01 'a' 01", "90 03 00 01 01");
        }

        await Broker.UntilConnectedAsync(0);
        await Broker.AdvanceAsync(TimeSpan.FromDays(1));
        using var back = await Broker.ConnectAsync("a", cleanSession: false, sessionPresent: true);
    }

    [Test]
    [Spec("MQTT-3.1.2-6")]
    [Spec("MQTT-3.1.4-3")]
    [Spec("MQTT-3.2.2-1")]
    public async Task Clean_session_drops_subscriptions_and_messages_of_before()
    {
        using (var client = await Broker.ConnectAsync("a", cleanSession: false))
        {
            await client.ExchangeAsync("82 06 00 01 00 01 'a' 01", "90 03 00 01 01");
        }

        await Broker.UntilConnectedAsync(0);
        using var publisher = await Broker.ConnectAsync("publisher");
        await publisher.ExchangeAsync("32 06 00 01 'a' 00 05 '1'", "40 02 00 05");

        using var clean = await Broker.ConnectAsync("a", cleanSession: true, sessionPresent: false);
        await publisher.ExchangeAsync("32 06 00 01 'a' 00 06 '2'", "40 02 00 06");
        await clean.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-6")]
    [Spec("MQTT-3.2.2-3")]
    [Spec("MQTT-4.1.0-2")]
    public async Task A_clean_session_ends_with_its_connection_and_not_before()
    {
        using (var client = await Broker.ConnectAsync("a", cleanSession: true))
        {
            await client.ExchangeAsync("82 06 00 01 00 01 'a' 01", "90 03 00 01 01");
            await Broker.AdvanceAsync(TimeSpan.FromDays(400));
            await client.SendAsync("30 04 00 01 'a' 'x'");
            await client.ExpectAsync("30 04 00 01 'a' 'x'");
        }

        await Broker.UntilConnectedAsync(0);
        using var back = await Broker.ConnectAsync("a", cleanSession: false, sessionPresent: false);
        await back.SendAsync("30 04 00 01 'a' 'x'");
        await back.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-6")]
    public async Task A_clean_session_does_not_become_a_later_one_by_a_take_over()
    {
        using var first = await Broker.ConnectAsync("a", cleanSession: true);
        await first.ExchangeAsync("82 06 00 01 00 01 'a' 01", "90 03 00 01 01");
        using var second = await Broker.ConnectAsync("a", cleanSession: false, sessionPresent: false);
        await second.SendAsync("30 04 00 01 'a' 'x'");
        await second.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-7")]
    public async Task Retained_messages_outlive_the_session_of_their_publisher()
    {
        using (var client = await Broker.ConnectAsync("a", cleanSession: true))
        {
            await client.ExchangeAsync("33 06 00 01 'r' 00 05 'x'", "40 02 00 05");
        }

        await Broker.UntilConnectedAsync(0);
        using var later = await Broker.ConnectAsync("b");
        await later.ExchangeAsync("82 06 00 01 00 01 'r' 00", "90 03 00 01 00 31 04 00 01 'r' 'x'");
    }

    [Test]
    [Spec("MQTT-3.1.3-2")]
    public async Task Each_client_identifier_has_a_session_of_its_own()
    {
        foreach (var identifier in (string[])["a", "A", "aa"])
        {
            using var client = await Broker.ConnectAsync(identifier, cleanSession: false, sessionPresent: false);
            await client.ExchangeAsync($"82 {5 + identifier.Length:X2} 00 01 {Raw.Text(identifier)} 01", "90 03 00 01 01");
        }

        await Broker.UntilConnectedAsync(0);
        foreach (var identifier in (string[])["aa", "a", "A"])
        {
            using var client = await Broker.ConnectAsync(identifier, cleanSession: false, sessionPresent: true);
            await client.SendAsync("30 04 00 01 'a' '1' 30 04 00 01 'A' '2' 30 05 00 02 'aa' '3'");
            await client.ExpectAsync(Raw.Packet("30", $"{Raw.Text(identifier)} {identifier switch { "a" => "'1'", "A" => "'2'", _ => "'3'" }}"));
            await client.ExpectNothingAsync();
        }
    }

    [Test]
    [Spec("MQTT-3.2.2-2")]
    public async Task A_client_that_takes_over_its_own_session_is_told_of_it()
    {
        using var first = await Broker.ConnectAsync("a", cleanSession: false);
        await first.ExchangeAsync("82 06 00 01 00 01 'a' 01", "90 03 00 01 01");
        using var publisher = await Broker.ConnectAsync("publisher");
        await publisher.ExchangeAsync("32 06 00 01 'a' 00 05 '1'", "40 02 00 05");
        var identifier = await first.ExpectPublishAsync("32", "a", "1");
        using var second = await Broker.ConnectAsync("a", cleanSession: false, sessionPresent: true);
        Assert.That(await second.ExpectPublishAsync("3A", "a", "1"), Is.EqualTo(identifier));
    }

    [Test]
    [Spec("MQTT-3.2.0-1")]
    public async Task What_waits_for_a_client_comes_behind_its_connack()
    {
        using (var client = await Broker.ConnectAsync("a", cleanSession: false))
        {
            await client.ExchangeAsync("82 06 00 01 00 01 'a' 01", "90 03 00 01 01");
        }

        await Broker.UntilConnectedAsync(0);
        using var publisher = await Broker.ConnectAsync("publisher");
        await publisher.ExchangeAsync("32 06 00 01 'a' 00 05 '1'", "40 02 00 05");
        using var back = await Broker.OpenAsync();
        await back.SendAsync("10 0D 00 04 'MQTT' 04 00 00 00 00 01 'a'");
        Assert.That((await back.ReadPacketAsync("CONNACK"))[0], Is.EqualTo(0x20));
    }
}
