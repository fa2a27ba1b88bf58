using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V311;

/// <summary>Sections 3.12 and 3.13: PINGREQ and PINGRESP.</summary>
public sealed class Chapter3_12_PingTests : ConformanceFixture
{
    [Test]
    [Spec("MQTT-3.12.4-1")]
    public async Task Each_ping_is_answered()
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync("C0 00", "D0 00");
        await client.ExchangeAsync("C0 00 C0 00 C0 00", "D0 00 D0 00 D0 00");
    }

    [Test]
    [Spec("MQTT-4.8.0-1")]
    public async Task A_ping_with_a_body_closes()
    {
        using var client = await Broker.ConnectAsync("a");
        await client.SendAsync("C0 01 00");
        await client.ExpectCloseAsync();
    }
}
