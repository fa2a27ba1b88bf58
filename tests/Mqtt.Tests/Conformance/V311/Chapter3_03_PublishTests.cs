using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V311;

/// <summary>Section 3.3: PUBLISH. Its exchanges are in chapter 4.3, retained messages have a fixture of their own.</summary>
public sealed class Chapter3_03_PublishTests : ConformanceFixture
{
    [Test]
    [Spec("MQTT-3.3.1-1")]
    public async Task What_is_sent_again_has_dup([Values(1, 2)] int quality)
    {
        string identifier;
        using (var client = await Broker.ConnectAsync("a", cleanSession: false))
        {
            await client.ExchangeAsync($"82 06 00 01 00 01 'a' 0{quality}", $"90 03 00 01 0{quality}");
            using var publisher = await Broker.ConnectAsync("publisher");
            await publisher.ExchangeAsync($"3{quality * 2} 06 00 01 'a' 00 05 'x'", $"{(quality == 1 ? 4 : 5)}0 02 00 05");
            identifier = await client.ExpectPublishAsync($"3{quality * 2}", "a", "x");
        }

        using var back = await Broker.ConnectAsync("a", cleanSession: false, sessionPresent: true);
        Assert.That(await back.ExpectPublishAsync(quality == 1 ? "3A" : "3C", "a", "x"), Is.EqualTo(identifier));
    }

    [Test]
    [Spec("MQTT-3.3.1-1")]
    public async Task What_was_never_sent_has_no_dup()
    {
        using (var client = await Broker.ConnectAsync("a", cleanSession: false))
        {
            await client.ExchangeAsync("82 06 00 01 00 01 'a' 01", "90 03 00 01 01");
        }

        await Broker.UntilConnectedAsync(0);
        using var publisher = await Broker.ConnectAsync("publisher");
        await publisher.ExchangeAsync("32 06 00 01 'a' 00 05 'x'", "40 02 00 05");
        using var back = await Broker.ConnectAsync("a", cleanSession: false, sessionPresent: true);
        await back.ExpectPublishAsync("32", "a", "x");
    }

    [TestCase("38 04 00 01 'a' 'x'")]
    [TestCase("39 04 00 01 'a' 'x'")]
    [Spec("MQTT-3.3.1-2")]
    public async Task Dup_at_QoS_0_closes(string packet) => await IsClosedAsync(packet);

    [Test]
    [Spec("MQTT-3.3.1-3")]
    public async Task Dup_is_not_passed_on([Values(0, 1, 2)] int granted)
    {
        using var subscriber = await Broker.ConnectAsync("subscriber");
        await subscriber.ExchangeAsync($"82 06 00 01 00 01 'a' 0{granted}", $"90 03 00 01 0{granted}");
        using var publisher = await Broker.ConnectAsync("publisher");
        await publisher.ExchangeAsync("3C 06 00 01 'a' 00 05 'x'", "50 02 00 05");
        Assert.That((await subscriber.ReadPacketAsync("PUBLISH"))[0], Is.EqualTo(0x30 + (granted * 2)));
    }

    [TestCase("36 06 00 01 'a' 00 01 'x'")]
    [TestCase("3E 06 00 01 'a' 00 01 'x'")]
    [TestCase("37 06 00 01 'a' 00 01 'x'")]
    [Spec("MQTT-3.3.1-4")]
    public async Task Both_QoS_bits_close(string packet) => await IsClosedAsync(packet);

    [TestCase("30 00", Description = "nothing")]
    [TestCase("30 01 00", Description = "half a length")]
    [TestCase("30 02 00 01", Description = "a length without text")]
    [TestCase("32 04 00 01 'a' 00", Description = "half an identifier")]
    [TestCase("32 03 00 01 'a'", Description = "no identifier")]
    [Spec("MQTT-3.3.2-1")]
    public async Task A_publish_that_is_cut_short_closes(string packet) => await IsClosedAsync(packet);

    [Test]
    [Spec("MQTT-3.3.2-2")]
    [Spec("MQTT-4.7.1-1")]
    public async Task Wildcards_in_a_topic_name_close([Values("#", "+", "a/#", "a/+/b", "a#", "+b")] string topic) =>
        await IsClosedAsync(Raw.Packet("30", Raw.Text(topic)));

    [Test]
    [Spec("MQTT-3.3.2-3")]
    public async Task A_client_gets_only_what_its_filters_match()
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync(Raw.Packet("82", $"00 01 {Raw.Text("a/+")} 00 {Raw.Text("b")} 00"), "90 04 00 01 00 00");
        foreach (var topic in (string[])["a", "a/b", "a/b/c", "b", "b/a", "c"])
        {
            await client.SendAsync(Raw.Packet("30", Raw.Text(topic)));
        }

        await client.ExpectAsync(Raw.Packet("30", Raw.Text("a/b")));
        await client.ExpectAsync(Raw.Packet("30", Raw.Text("b")));
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.3.4-1")]
    public async Task Each_QoS_has_its_answer()
    {
        using var client = await Broker.ConnectAsync("a");
        await client.SendAsync("30 04 00 01 'a' 'x'");
        await client.ExpectNothingAsync();
        await client.ExchangeAsync("32 06 00 01 'a' 00 07 'x'", "40 02 00 07");
        await client.ExchangeAsync("34 06 00 01 'a' 00 07 'x'", "50 02 00 07");
    }

    [Test]
    [Spec("MQTT-3.3.5-1")]
    public async Task Filters_that_overlap_deliver_at_the_highest_QoS([Values("012", "210", "102", "021")] string order)
    {
        string[] filters = ["a/b", "a/+", "#"];
        using var client = await Broker.ConnectAsync("a");
        var request = string.Concat(filters.Zip(order, (filter, quality) => $"{Raw.Text(filter)} 0{quality} "));
        await client.ExchangeAsync(Raw.Packet("82", $"00 01 {request}"), $"90 05 00 01 {string.Concat(order.Select(quality => $"0{quality}"))}");
        using var publisher = await Broker.ConnectAsync("publisher");
        await publisher.ExchangeAsync("34 08 00 03 'a/b' 00 05 'x'", "50 02 00 05");
        await client.ExpectPublishAsync("34", "a/b", "x");
        await client.ExpectNothingAsync(); // further copies are allowed; this broker sends none
    }

    [Test]
    [Spec("MQTT-3.3.5-2")]
    public async Task What_a_client_may_not_publish_is_acknowledged_and_goes_nowhere()
    {
        using var watcher = await Broker.ConnectAsync("watcher");
        await watcher.ExchangeAsync("82 0B 00 01 00 06 '$SYS/x' 02", "90 03 00 01 02");
        using var client = await Broker.ConnectAsync("a");
        await client.SendAsync("31 09 00 06 '$SYS/x' 'x'");
        await client.ExchangeAsync("33 0B 00 06 '$SYS/x' 00 07 'x'", "40 02 00 07");
        await client.ExchangeAsync("35 0B 00 06 '$SYS/x' 00 08 'x'", "50 02 00 08");
        await client.ExchangeAsync("62 02 00 08", "70 02 00 08");
        await watcher.ExpectNothingAsync();
    }

    [Test]
    public async Task A_payload_may_be_empty_and_hold_any_bytes()
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync("82 06 00 01 00 01 'a' 00", "90 03 00 01 00");
        await client.ExchangeAsync("30 03 00 01 'a'", "30 03 00 01 'a'");
        var all = Raw.Packet("30", $"00 01 'a' {string.Join(' ', Enumerable.Range(0, 256).Select(value => $"{value:X2}"))}");
        await client.ExchangeAsync(all, all);
    }

    [Test]
    public async Task A_publisher_gets_its_own_message_where_it_subscribed()
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync("82 06 00 01 00 01 'a' 01", "90 03 00 01 01");
        await client.ExchangeAsync("32 06 00 01 'a' 00 07 'x'", "32 06 00 01 'a' 00 01 'x' 40 02 00 07");
    }

    private async Task IsClosedAsync(string packet)
    {
        using var client = await Broker.ConnectAsync("a");
        await client.SendAsync(packet);
        await client.ExpectCloseAsync();
    }
}
