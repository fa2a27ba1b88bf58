using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance;

/// <summary>Chapters 3.8 to 3.11, 4.1 and 4.7: subscriptions, retained messages and sessions.</summary>
public sealed class SubscribeTests
{
    private RunningBroker _broker = null!;

    [SetUp]
    public async Task Start() => _broker = await RunningBroker.StartAsync();

    [TearDown]
    public async Task Stop() => await _broker.DisposeAsync();

    [Test]
    [Spec("MQTT-3.9.3-1")]
    public async Task Each_filter_has_its_return_code_in_order()
    {
        using var client = await _broker.ConnectAsync("a");
        await client.ExchangeAsync("82 0E 00 0A 00 01 'a' 00 00 01 'b' 01 00 01 'c' 02", "90 05 00 0A 00 01 02");
    }

    [Spec("MQTT-3.8.3-3")]
    [Spec("MQTT-3.8.1-1")]
    [Spec("MQTT-3.10.3-2")]
    [TestCase("82 02 00 0A")]
    [TestCase("80 06 00 0A 00 01 'a' 00")]
    [TestCase("82 06 00 0A 00 01 'a' 03")]
    [TestCase("A2 02 00 0A")]
    public async Task A_request_that_breaks_a_rule_closes(string packet)
    {
        using var client = await _broker.ConnectAsync("a");
        await client.SendAsync(packet);
        await client.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-3.10.4-4")]
    public async Task An_unsubscribe_is_answered_also_for_a_filter_that_is_not_there()
    {
        using var client = await _broker.ConnectAsync("a");
        await client.ExchangeAsync("A2 05 00 0B 00 01 'x'", "B0 02 00 0B");
    }

    [Test]
    [Spec("MQTT-3.11.3-2")]
    public async Task An_unsubscribe_of_5_says_whether_there_was_a_subscription()
    {
        using var client = await _broker.ConnectModernAsync("a");
        await client.ExchangeAsync("82 07 00 01 00 00 01 'a' 00", "90 04 00 01 00 00");
        await client.ExchangeAsync("A2 09 00 0B 00 00 01 'a' 00 01 'x'", "B0 05 00 0B 00 00 11");
    }

    [Test]
    [Spec("MQTT-3.10.4-1")]
    public async Task An_unsubscribe_ends_the_deliveries()
    {
        using var client = await _broker.ConnectAsync("a");
        await client.ExchangeAsync("82 06 00 01 00 01 'a' 00", "90 03 00 01 00");
        await client.ExchangeAsync("A2 05 00 0B 00 01 'a'", "B0 02 00 0B");
        await client.SendAsync("30 03 00 01 'a'");
        await client.ExpectNothingAsync();
    }

    [Spec("MQTT-4.7.1-2")]
    [Spec("MQTT-4.7.2-1")]
    [TestCase("#", "a/b", true)]
    [TestCase("a/#", "a", true)]
    [TestCase("+/b", "a/b", true)]
    [TestCase("+", "/a", false)]
    [TestCase("/+", "/a", true)]
    [TestCase("#", "$x/b", false)]
    [TestCase("+/b", "$x/b", false)]
    [TestCase("$x/#", "$x/b", true)]
    [TestCase("a/b", "A/b", false)]
    public async Task A_filter_matches_as_the_chapter_on_topics_says(string filter, string topic, bool matches)
    {
        using var client = await _broker.ConnectAsync("client");
        await client.ExchangeAsync($"82 {5 + filter.Length:X2} 00 01 {filter.Length:X4} '{filter}' 00", "90 03 00 01 00");
        await client.SendAsync($"30 {2 + topic.Length:X2} {topic.Length:X4} '{topic}'");
        if (matches)
        {
            await client.ExpectAsync($"30 {2 + topic.Length:X2} {topic.Length:X4} '{topic}'");
        }

        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.3.1-6")]
    [Spec("MQTT-3.3.1-8")]
    [Spec("MQTT-3.3.1-9")]
    public async Task A_retained_message_is_for_later_subscribers_and_marked_for_them_alone()
    {
        using var client = await _broker.ConnectAsync("a");
        await client.ExchangeAsync("82 06 00 01 00 01 'r' 00", "90 03 00 01 00");
        await client.ExchangeAsync("31 04 00 01 'r' 'x'", "30 04 00 01 'r' 'x'");
        using var later = await _broker.ConnectAsync("b");
        await later.SendAsync("82 06 00 01 00 01 'r' 00");
        await later.ExpectAsync("90 03 00 01 00 31 04 00 01 'r' 'x'");
    }

    [Test]
    [Spec("MQTT-3.3.1-10")]
    public async Task An_empty_retained_message_removes_the_one_that_was_kept()
    {
        using var client = await _broker.ConnectAsync("a");
        await client.SendAsync("31 04 00 01 'r' 'x' 31 03 00 01 'r'");
        await client.ExpectNothingAsync();
        await client.ExchangeAsync("82 06 00 01 00 01 'r' 00", "90 03 00 01 00");
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.8.3-3")]
    public async Task No_local_keeps_a_clients_own_messages_away()
    {
        using var client = await _broker.ConnectModernAsync("a");
        await client.ExchangeAsync("82 07 00 01 00 00 01 'a' 04", "90 04 00 01 00 00");
        await client.SendAsync("30 04 00 01 'a' 00");
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.3.4-3")]
    public async Task A_subscription_identifier_comes_with_the_message()
    {
        using var client = await _broker.ConnectModernAsync("a");
        await client.ExchangeAsync("82 09 00 01 02 0B 07 00 01 'a' 00", "90 04 00 01 00 00");
        await client.ExchangeAsync("30 05 00 01 'a' 00 'x'", "30 07 00 01 'a' 02 0B 07 'x'");
    }

    [Test]
    [Spec("MQTT-4.7.1-1")]
    public async Task A_filter_that_is_none_is_refused_beside_the_others()
    {
        using var client = await _broker.ConnectModernAsync("a");
        await client.ExchangeAsync("82 0C 00 01 00 00 02 'a#' 00 00 01 'b' 00", "90 05 00 01 00 8F 00");
    }

    [Test]
    [Spec("MQTT-3.1.2-4")]
    [Spec("MQTT-3.2.2-2")]
    public async Task A_session_keeps_subscriptions_and_messages_for_a_client_that_is_away()
    {
        using (var client = await _broker.ConnectAsync("a", cleanSession: false))
        {
            await client.ExchangeAsync("82 06 00 01 00 01 'a' 01", "90 03 00 01 01");
            await client.SendAsync("E0 00");
            await client.ExpectCloseAsync();
        }

        using var publisher = await _broker.ConnectAsync("publisher");
        await publisher.ExchangeAsync("32 07 00 01 'a' 00 05 'hi'", "40 02 00 05");
        using var back = await _broker.ConnectAsync("a", cleanSession: false, sessionPresent: true);
        Assert.That(Convert.ToHexString(await back.ReadPacketAsync("the message")), Does.StartWith("3207000161").And.EndsWith("6869"));
    }

    [Test]
    [Spec("MQTT-4.4.0-1")]
    [Spec("MQTT-3.3.1-1")]
    public async Task A_message_without_an_acknowledgement_comes_again_with_dup_and_its_identifier()
    {
        byte[] first;
        using (var client = await _broker.ConnectAsync("a", cleanSession: false))
        {
            await client.ExchangeAsync("82 06 00 01 00 01 'a' 01", "90 03 00 01 01");
            using var publisher = await _broker.ConnectAsync("publisher");
            await publisher.ExchangeAsync("32 07 00 01 'a' 00 05 'hi'", "40 02 00 05");
            first = await client.ReadPacketAsync("the message");
        }

        using var back = await _broker.ConnectAsync("a", cleanSession: false, sessionPresent: true);
        var again = await back.ReadPacketAsync("the message again");
        first[0] |= 0b1000;
        Assert.That(again, Is.EqualTo(first));
    }

    [Test]
    [Spec("MQTT-3.1.2-6")]
    public async Task A_clean_session_drops_what_was_kept()
    {
        using (var client = await _broker.ConnectAsync("a", cleanSession: false))
        {
            await client.ExchangeAsync("82 06 00 01 00 01 'a' 01", "90 03 00 01 01");
        }

        using (await _broker.ConnectAsync("a", cleanSession: true))
        {
        }

        using var back = await _broker.ConnectAsync("a", cleanSession: false, sessionPresent: false);
        await back.SendAsync("30 03 00 01 'a'");
        await back.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-23")]
    public async Task A_session_of_5_lives_as_long_as_its_expiry_interval_says()
    {
        using (await _broker.ConnectModernAsync("short"))
        {
        }

        using (await _broker.ConnectModernAsync("long", "11 00 00 00 3C"))
        {
        }

        using var shortAgain = await _broker.ConnectModernAsync("short", cleanStart: false, sessionPresent: false);
        using var longAgain = await _broker.ConnectModernAsync("long", cleanStart: false, sessionPresent: true);
    }

    [Test]
    [Spec("MQTT-4.8.2-4")]
    public async Task A_shared_subscription_delivers_to_one_of_its_members()
    {
        using var first = await _broker.ConnectModernAsync("a");
        await first.ExchangeAsync("82 10 00 01 00 00 0A '$share/g/s' 00", "90 04 00 01 00 00");
        using var second = await _broker.ConnectModernAsync("b");
        await second.ExchangeAsync("82 10 00 01 00 00 0A '$share/g/s' 00", "90 04 00 01 00 00");
        using var publisher = await _broker.ConnectModernAsync("publisher");
        await publisher.SendAsync("30 05 00 01 's' 00 '1' 30 05 00 01 's' 00 '2'");
        await publisher.ExpectNothingAsync();

        // Two messages and two members: whoever got what, together they got each once.
        var heard = new List<byte>();
        foreach (var member in (RawClient[])[first, second])
        {
            await member.SendAsync("C0 00");
            while (await member.ReadPacketAsync("PINGRESP") is { } packet && packet[0] != 0xD0)
            {
                heard.Add(packet[^1]);
            }
        }

        Assert.That(heard, Is.EquivalentTo(new[] { (byte)'1', (byte)'2' }));
    }
}
