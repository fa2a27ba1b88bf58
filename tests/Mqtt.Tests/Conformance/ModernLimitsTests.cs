using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance;

/// <summary>What a 5.0 client and the server tell each other to keep to.</summary>
public sealed class ModernLimitsTests
{
    private RunningBroker _broker = null!;

    [SetUp]
    public async Task Start() => _broker = await RunningBroker.StartAsync(options =>
    {
        options.Limits.ReceiveMax = 2;
        options.Limits.MaxPacketBytes = 1024;
    });

    [TearDown]
    public async Task Stop() => await _broker.DisposeAsync();

    [Test]
    [Spec("MQTT-3.3.4-9")]
    public async Task More_messages_in_flight_than_the_receive_maximum_are_told_0x93()
    {
        using var client = await _broker.ConnectModernAsync("p");
        await client.ExchangeAsync("34 06 00 01 'a' 00 01 00", "50 02 00 01");
        await client.ExchangeAsync("34 06 00 01 'a' 00 02 00", "50 02 00 02");
        await client.SendAsync("34 06 00 01 'a' 00 03 00");
        await client.ExpectDisconnectAsync(ReasonCode.ReceiveMaximumExceeded);
    }

    [Test]
    [Spec("MQTT-3.1.2-24")]
    public async Task A_packet_larger_than_the_client_takes_is_not_sent_and_the_next_one_is()
    {
        using var small = await _broker.ConnectModernAsync("s", "27 00 00 00 14");
        using var publisher = await _broker.ConnectModernAsync("p");
        await small.ExchangeAsync("82 07 00 01 00 00 01 'a' 01", "90 04 00 01 00 01");
        await publisher.ExchangeAsync("32 16 00 01 'a' 00 01 00 'sixteen letters.'", "40 02 00 01");
        await publisher.ExchangeAsync("32 07 00 01 'a' 00 02 00 'y'", "40 02 00 02");
        await small.ExpectAsync("32 07 00 01 'a' 00 02 00 'y'");
        await small.ExpectNothingAsync();
    }

    [Test]
    public async Task A_packet_larger_than_the_server_takes_is_told_0x95()
    {
        using var client = await _broker.ConnectModernAsync("p");
        await client.SendAsync("30 81 08");
        await client.ExpectDisconnectAsync(ReasonCode.PacketTooLarge);
    }

    [TestCase("00", "00", true, true)]
    [TestCase("10", "10", true, false)]
    [TestCase("20", "20", false, false)]
    [Spec("MQTT-3.3.1-9")]
    [Spec("MQTT-3.3.1-10")]
    [Spec("MQTT-3.3.1-11")]
    public async Task Retained_messages_come_as_retain_handling_says(string first, string second, bool isSentFirst, bool isSentAgain)
    {
        using var client = await _broker.ConnectModernAsync("c");
        await client.SendAsync("31 05 00 01 'r' 00 'x'");
        await SubscribeAsync(first, isSentFirst);
        await SubscribeAsync(second, isSentAgain);

        async Task SubscribeAsync(string options, bool isSent)
        {
            await client.ExchangeAsync($"82 07 00 01 00 00 01 'r' {options}", "90 04 00 01 00 00" + (isSent ? "31 05 00 01 'r' 00 'x'" : ""));
            await client.ExpectNothingAsync();
        }
    }

    [TestCase("00", "30")]
    [TestCase("08", "31")]
    [Spec("MQTT-3.3.1-12")]
    [Spec("MQTT-3.3.1-13")]
    public async Task The_retain_flag_is_passed_on_only_where_it_is_asked_for(string options, string header)
    {
        using var client = await _broker.ConnectModernAsync("c");
        await client.ExchangeAsync($"82 07 00 01 00 00 01 'r' {options}", "90 04 00 01 00 00");
        await client.ExchangeAsync("31 05 00 01 'r' 00 'x'", $"{header} 05 00 01 'r' 00 'x'");
    }
}
