using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

public sealed class Chapter3_12_PingTests : V5Fixture
{
    [Test]
    [Spec("MQTT-3.12.4-1")]
    public async Task Every_PINGREQ_is_answered_by_PINGRESP()
    {
        using var client = await ConnectAsync("c");
        await client.ExchangeAsync("C0 00", "D0 00");
        await client.ExchangeAsync("C0 00 C0 00 C0 00", "D0 00 D0 00 D0 00");
    }
}
