using Roost.Mqtt.Tests.Journal;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V311;

/// <summary>Section 4.8: errors. Most violations stand with the packets that they are of.</summary>
public sealed class Chapter4_8_ErrorTests : ConformanceFixture
{
    [TestCase("20 02 00 00", Description = "CONNACK")]
    [TestCase("90 03 00 01 00", Description = "SUBACK")]
    [TestCase("B0 02 00 01", Description = "UNSUBACK")]
    [TestCase("D0 00", Description = "PINGRESP")]
    [TestCase("F0 00", Description = "AUTH, which only MQTT 5 has")]
    [Spec("MQTT-4.8.0-1")]
    public async Task A_packet_that_no_client_sends_closes(string packet)
    {
        using var client = await Broker.ConnectAsync("a");
        await client.SendAsync(packet);
        await client.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-4.8.0-1")]
    public async Task Others_go_on()
    {
        using var other = await Broker.ConnectAsync("other");
        await other.ExchangeAsync("82 06 00 01 00 01 'a' 00", "90 03 00 01 00");
        using (var client = await Broker.ConnectAsync("a"))
        {
            await client.SendAsync("30 04 00 01 'a' '1' F0 00 30 04 00 01 'a' '2'");
            await client.ExpectCloseAsync();
        }

        await other.ExpectAsync("30 04 00 01 'a' '1'"); // what came before the violation counts, what came after it does not
        await other.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-4.8.0-1")]
    public async Task A_packet_that_is_larger_than_allowed_closes_before_it_has_come()
    {
        using var client = await Broker.ConnectAsync("a");
        await client.SendAsync("30 FF FF FF 7F 00 01 'a'");
        await client.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-4.8.0-2")]
    public async Task A_disk_that_is_full_closes_instead_of_an_acknowledgement()
    {
        using var disk = new SmallDisk(4);
        await using var broker = await RunningBroker.StartAsync(options => options.Folder = Path.Combine(disk.Path, "sessions"));
        using var client = await broker.ConnectAsync("a");
        disk.Fill();
        var acknowledged = 0;
        await client.SendAsync(string.Concat(Enumerable.Range(1, 100).Select(i => Raw.Packet("33", $"00 01 'r' {i:X4} '{new string('x', 8000)}'"))));
        while (await client.ReadPacketOrCloseAsync("PUBACK or close") is { } packet)
        {
            acknowledged++; // the log has some space that it took before
            Assert.That(Convert.ToHexString(packet), Is.EqualTo($"4002{acknowledged:X4}"));
        }

        Assert.That(acknowledged, Is.LessThan(100));
    }
}
