using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>A broker that takes no clients without credentials.</summary>
public sealed class Chapter3_02_RefusedTests : V5Fixture
{
    private protected override void Configure(MqttOptions options)
    {
        options.Listeners[0].Anonymous = false;
    }

    [Test]
    [Spec("MQTT-3.1.4-2")]
    [Spec("MQTT-3.2.2-7")]
    [Spec("MQTT-4.13.2-1")]
    public async Task A_client_that_may_not_is_told_0x87_and_closed()
    {
        using var client = await OpenAsync();
        await client.SendAsync("10 [ {'MQTT'} 05 02 00 3C [] {'c'} ]");
        await client.ExpectRefusalAsync(ReasonCode.NotAuthorized);
    }
}
