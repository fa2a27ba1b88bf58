using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V311;

/// <summary>Section 3.14: DISCONNECT. What it does to the will stands with the will.</summary>
public sealed class Chapter3_14_DisconnectTests : ConformanceFixture
{
    [Test]
    [Spec("MQTT-3.14.1-1")]
    public async Task A_reserved_bit_closes_and_is_no_farewell([Values("E1", "E2", "E4", "E8")] string firstByte)
    {
        using var watcher = await Broker.ConnectAsync("watcher");
        await watcher.ExchangeAsync("82 06 00 01 00 01 'w' 00", "90 03 00 01 00");
        using var client = await Broker.OpenAsync();
        await client.ExchangeAsync("10 13 00 04 'MQTT' 04 06 00 00 00 01 'a' 00 01 'w' 00 01 'x'", "20 02 00 00");
        await client.SendAsync($"{firstByte} 00");
        await client.ExpectCloseAsync();
        await watcher.ExpectAsync("30 04 00 01 'w' 'x'");
    }

    [Test]
    [Spec("MQTT-4.8.0-1")]
    public async Task A_disconnect_with_a_body_is_no_farewell()
    {
        using var watcher = await Broker.ConnectAsync("watcher");
        await watcher.ExchangeAsync("82 06 00 01 00 01 'w' 00", "90 03 00 01 00");
        using var client = await Broker.OpenAsync();
        await client.ExchangeAsync("10 13 00 04 'MQTT' 04 06 00 00 00 01 'a' 00 01 'w' 00 01 'x'", "20 02 00 00");
        await client.SendAsync("E0 01 00");
        await client.ExpectCloseAsync();
        await watcher.ExpectAsync("30 04 00 01 'w' 'x'");
    }

    [Test]
    [Spec("MQTT-3.14.4-2")]
    public async Task What_comes_behind_a_disconnect_is_not_processed()
    {
        using var watcher = await Broker.ConnectAsync("watcher");
        await watcher.ExchangeAsync("82 06 00 01 00 01 'w' 00", "90 03 00 01 00");
        using var client = await Broker.ConnectAsync("a");
        await client.SendAsync("E0 00 30 04 00 01 'w' 'x'");
        await client.ExpectCloseAsync();
        await watcher.ExpectNothingAsync();
    }

    [Test]
    public async Task What_came_before_a_disconnect_is_processed_and_answered()
    {
        using var watcher = await Broker.ConnectAsync("watcher");
        await watcher.ExchangeAsync("82 06 00 01 00 01 'w' 00", "90 03 00 01 00");
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync("32 06 00 01 'w' 00 05 'x' E0 00", "40 02 00 05");
        await client.ExpectCloseAsync();
        await watcher.ExpectAsync("30 04 00 01 'w' 'x'");
    }
}
