using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V311;

/// <summary>Section 3.3.1.3: RETAIN.</summary>
public sealed class Chapter3_03_RetainTests : ConformanceFixture
{
    private RawClient _publisher = null!;

    [SetUp]
    public async Task Connect() => _publisher = await Broker.ConnectAsync("publisher");

    [TearDown]
    public void Disconnect() => _publisher.Dispose();

    [TestCase(0, 2, "31 04 00 01 'r' 'x'")]
    [TestCase(1, 2, "33 06 00 01 'r' 00 01 'x'")]
    [TestCase(2, 2, "35 06 00 01 'r' 00 01 'x'")]
    [TestCase(2, 1, "33 06 00 01 'r' 00 01 'x'")]
    [TestCase(2, 0, "31 04 00 01 'r' 'x'")]
    [Spec("MQTT-3.3.1-5")]
    [Spec("MQTT-3.3.1-6")]
    [Spec("MQTT-3.3.1-8")]
    public async Task A_message_is_kept_with_its_QoS_for_later_subscribers(int published, int granted, string expected)
    {
        await RetainAsync(published, "x");
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync($"82 06 00 01 00 01 'r' 0{granted}", $"90 03 00 01 0{granted} {expected}");
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.3.1-6")]
    public async Task A_wildcard_brings_the_last_message_of_each_topic()
    {
        await _publisher.SendAsync("31 06 00 03 'r/a' '1' 31 06 00 03 'r/b' '2' 31 06 00 03 'r/a' '3' 31 08 00 05 'r/c/d' '4' 31 04 00 01 'q' '5' 31 06 00 03 '$/r' '6'");
        await _publisher.ExpectNothingAsync();
        Assert.That(await RetainedOfAsync("r/+"), Is.EquivalentTo(["r/a=3", "r/b=2"]));
        Assert.That(await RetainedOfAsync("r/#"), Is.EquivalentTo(["r/a=3", "r/b=2", "r/c/d=4"]));
        Assert.That(await RetainedOfAsync("#"), Is.EquivalentTo(["r/a=3", "r/b=2", "r/c/d=4", "q=5"]));
        Assert.That(await RetainedOfAsync("+/r"), Is.Empty);
        Assert.That(await RetainedOfAsync("$/+"), Is.EquivalentTo(["$/r=6"]));
        Assert.That(await RetainedOfAsync("x"), Is.Empty);
    }

    [Test]
    [Spec("MQTT-3.3.1-7")]
    public async Task A_message_at_QoS_0_replaces_the_one_that_was_kept()
    {
        await RetainAsync(2, "x");
        await RetainAsync(0, "y");
        Assert.That(await RetainedOfAsync("r"), Is.EquivalentTo(["r=y"]));
    }

    [Test]
    [Spec("MQTT-3.3.1-9")]
    public async Task Who_was_subscribed_gets_it_without_retain([Values(0, 1, 2)] int quality)
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync($"82 06 00 01 00 01 'r' 0{quality}", $"90 03 00 01 0{quality}");
        await RetainAsync(quality, "x");
        Assert.That((await client.ReadPacketAsync("PUBLISH"))[0], Is.EqualTo(0x30 + (quality * 2)));
    }

    [Test]
    [Spec("MQTT-3.3.1-9")]
    public async Task Who_was_subscribed_and_away_gets_it_without_retain()
    {
        using (var client = await Broker.ConnectAsync("a", cleanSession: false))
        {
            await client.ExchangeAsync("82 06 00 01 00 01 'r' 01", "90 03 00 01 01");
        }

        await Broker.UntilConnectedAsync(1);
        await RetainAsync(1, "x");
        using var back = await Broker.ConnectAsync("a", cleanSession: false, sessionPresent: true);
        await back.ExpectPublishAsync("32", "r", "x");
        await back.ExpectNothingAsync(); // a session that is taken up is no new subscription
    }

    [Test]
    [Spec("MQTT-3.3.1-10")]
    [Spec("MQTT-3.3.1-11")]
    public async Task An_empty_one_is_delivered_and_removes_what_was_kept([Values(0, 1, 2)] int quality)
    {
        using var client = await Broker.ConnectAsync("a");
        await RetainAsync(quality, "x");
        await client.ExchangeAsync("82 06 00 01 00 01 'r' 00", "90 03 00 01 00 31 04 00 01 'r' 'x'");
        await RetainAsync(quality, "");
        await client.ExpectAsync("30 03 00 01 'r'");
        Assert.That(await RetainedOfAsync("r"), Is.Empty);
    }

    [Test]
    [Spec("MQTT-3.3.1-11")]
    public async Task An_empty_one_is_not_kept()
    {
        await RetainAsync(1, "");
        Assert.That(await RetainedOfAsync("#"), Is.Empty);
    }

    [Test]
    [Spec("MQTT-3.3.1-12")]
    public async Task A_message_without_retain_leaves_it_as_it_is([Values("", "y")] string payload)
    {
        await RetainAsync(1, "x");
        await _publisher.ExchangeAsync(Raw.Packet("32", $"00 01 'r' 00 09 '{payload}'"), "40 02 00 09");
        Assert.That(await RetainedOfAsync("r"), Is.EquivalentTo(["r=x"]));
    }

    [Test]
    [Spec("MQTT-3.3.1-12")]
    public async Task A_message_without_retain_is_not_kept()
    {
        await _publisher.ExchangeAsync("32 06 00 01 'r' 00 09 'x'", "40 02 00 09");
        Assert.That(await RetainedOfAsync("#"), Is.Empty);
    }

    /// <summary>What a subscriber who comes now is given, as topic=payload.</summary>
    private async Task<List<string>> RetainedOfAsync(string filter)
    {
        using var client = await Broker.ConnectAsync("reader");
        await client.SendAsync(Raw.Packet("82", $"00 01 {Raw.Text(filter)} 00") + "C0 00");
        Assert.That((await client.ReadPacketAsync("SUBACK"))[0], Is.EqualTo(0x90));
        var messages = new List<string>();
        while (await client.ReadPacketAsync("PINGRESP") is { } packet && packet[0] != 0xD0)
        {
            Assert.That(packet[0], Is.EqualTo(0x31));
            var topic = System.Text.Encoding.UTF8.GetString(packet.AsSpan(4, packet[3]));
            messages.Add($"{topic}={System.Text.Encoding.UTF8.GetString(packet.AsSpan(4 + packet[3]))}");
        }

        return messages;
    }

    private async Task RetainAsync(int quality, string payload)
    {
        await _publisher.SendAsync(Raw.Packet($"3{(quality * 2) + 1}", $"00 01 'r' {(quality == 0 ? "" : "00 05")} '{payload}'"));
        switch (quality)
        {
            case 1:
                await _publisher.ExpectAsync("40 02 00 05");
                break;
            case 2:
                await _publisher.ExpectAsync("50 02 00 05");
                await _publisher.ExchangeAsync("62 02 00 05", "70 02 00 05");
                break;
            default:
                await _publisher.ExpectNothingAsync();
                break;
        }
    }
}
