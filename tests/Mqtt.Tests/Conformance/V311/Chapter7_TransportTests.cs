using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V311;

/// <summary>Chapter 7.1.1: a transport that is an ordered stream of bytes without loss.</summary>
public sealed class Chapter7_TransportTests : ConformanceFixture
{
    [Test]
    [Spec("MQTT-7.1.1-1")]
    public async Task Many_bytes_go_both_ways_over_TCP_without_loss()
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync("82 06 00 01 00 01 'a' 01", "90 03 00 01 01");
        var payload = new string('x', 200_000);
        for (var i = 1; i <= 20; i++)
        {
            await client.SendAsync(Raw.Packet("32", $"00 01 'a' {i:X4} '{payload}'"));
            Assert.That(Convert.ToInt32(await client.ExpectPublishAsync("32", "a", payload), 16), Is.EqualTo(i));
            await client.ExchangeAsync($"40 02 {i:X4}", $"40 02 {i:X4}");
        }
    }
}
