using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance;

/// <summary>MQTT 5, chapters 3.8 to 3.11, 4.1 and 4.7: subscriptions, retained messages and sessions.</summary>
public sealed class SubscribeTests
{
    private RunningBroker _broker = null!;

    [SetUp]
    public async Task Start() => _broker = await RunningBroker.StartAsync();

    [TearDown]
    public async Task Stop() => await _broker.DisposeAsync();

    [Test]
    [Spec("MQTT-3.11.3-2")]
    public async Task An_unsubscribe_of_5_says_whether_there_was_a_subscription()
    {
        using var client = await _broker.ConnectModernAsync("a");
        await client.ExchangeAsync("82 07 00 01 00 00 01 'a' 00", "90 04 00 01 00 00");
        await client.ExchangeAsync("A2 09 00 0B 00 00 01 'a' 00 01 'x'", "B0 05 00 0B 00 00 11");
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
