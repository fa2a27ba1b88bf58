using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V311;

/// <summary>Sections 3.4 to 3.7: the form of PUBACK, PUBREC, PUBREL and PUBCOMP.</summary>
public sealed class Chapter3_06_PubRelTests : ConformanceFixture
{
    [Test]
    [Spec("MQTT-3.6.1-1")]
    [Spec("MQTT-2.2.2-2")]
    public async Task Wrong_flag_bits_of_pubrel_close([Values("60", "61", "63", "66", "6A", "6F")] string firstByte)
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync("34 06 00 01 'a' 00 01 'x'", "50 02 00 01");
        await client.SendAsync($"{firstByte} 02 00 01");
        await client.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-4.8.0-1")]
    public async Task An_acknowledgement_of_another_length_closes([Values("40", "50", "62", "70")] string firstByte, [Values("00", "01 00", "03 00 01 00", "04 00 01 00 00")] string rest)
    {
        using var client = await Broker.ConnectAsync("a");
        await client.SendAsync($"{firstByte} {rest}");
        await client.ExpectCloseAsync();
    }

    [TestCase("40 02 00 07")]
    [TestCase("70 02 00 07")]
    public async Task An_acknowledgement_of_nothing_changes_nothing(string packet)
    {
        using var client = await Broker.ConnectAsync("a");
        await client.SendAsync(packet);
        await client.ExpectNothingAsync();
    }

    [Test]
    public async Task A_pubrel_or_pubrec_of_nothing_is_answered_so_that_the_exchange_can_end()
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync("62 02 00 07", "70 02 00 07");
        await client.ExchangeAsync("50 02 00 07", "62 02 00 07");
    }
}
