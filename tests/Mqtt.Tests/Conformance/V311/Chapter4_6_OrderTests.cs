using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V311;

/// <summary>Section 4.6: the order of messages.</summary>
public sealed class Chapter4_6_OrderTests : ConformanceFixture
{
    private const int Count = 50;

    [Test]
    [Spec("MQTT-4.6.0-2")]
    public async Task Pubacks_go_out_in_the_order_of_their_publishes() => await AnswersAreInOrderAsync("32", "40");

    [Test]
    [Spec("MQTT-4.6.0-3")]
    public async Task Pubrecs_go_out_in_the_order_of_their_publishes() => await AnswersAreInOrderAsync("34", "50");

    [Test]
    [Spec("MQTT-4.6.0-2")]
    [Spec("MQTT-4.6.0-3")]
    public async Task Answers_stay_in_order_also_where_some_wait_for_the_journal()
    {
        using (var away = await Broker.ConnectAsync("away", cleanSession: false))
        {
            await away.ExchangeAsync("82 06 00 01 00 01 'a' 02", "90 03 00 01 02");
        }

        using var publisher = await Broker.ConnectAsync("publisher");
        var sent = "";
        var expected = "";
        for (var i = 1; i <= Count; i++)
        {
            sent += $"{(i % 2 == 0 ? "32" : "34")} 06 00 01 '{(i % 3 == 0 ? 'a' : 'b')}' {i:X4} 'x'"; // a is kept, b is not
            expected += $"{(i % 2 == 0 ? "40" : "50")} 02 {i:X4}";
        }

        await publisher.ExchangeAsync(sent, expected);
    }

    [Test]
    [Spec("MQTT-4.6.0-4")]
    public async Task Pubrels_go_out_in_the_order_of_their_pubrecs()
    {
        using var client = await Broker.ConnectAsync("a");
        await client.ExchangeAsync("82 06 00 01 00 01 'a' 02", "90 03 00 01 02");
        using var publisher = await Broker.ConnectAsync("publisher");
        var identifiers = new List<string>();
        for (var i = 1; i <= Count; i++)
        {
            await publisher.SendAsync($"34 06 00 01 'a' {i:X4} 'x'");
            identifiers.Add(await client.ExpectPublishAsync("34", "a", "x"));
        }

        identifiers.Reverse(); // not the order of the PUBLISHes: that of the PUBRECs counts
        await client.ExchangeAsync(
            string.Concat(identifiers.Select(identifier => $"50 02 {identifier}")), string.Concat(identifiers.Select(identifier => $"62 02 {identifier}")));
    }

    [TestCase(0, false)]
    [TestCase(1, false)]
    [TestCase(1, true)]
    [TestCase(2, false)]
    [TestCase(2, true)]
    [Spec("MQTT-4.6.0-5")]
    [Spec("MQTT-4.6.0-6")]
    public async Task Messages_of_one_publisher_reach_each_reader_in_order(int quality, bool isAway)
    {
        var reader = await Broker.ConnectAsync("a", cleanSession: false);
        await reader.ExchangeAsync($"82 06 00 01 00 01 '#' 0{quality}", $"90 03 00 01 0{quality}");
        if (isAway)
        {
            reader.Dispose();
            await Broker.UntilConnectedAsync(0);
        }

        using var publisher = await Broker.ConnectAsync("publisher");
        var sent = "";
        for (var i = 1; i <= Count; i++)
        {
            sent += Raw.Packet($"3{quality * 2}", $"00 01 '{(i % 2 == 0 ? 'a' : 'b')}' {(quality == 0 ? "" : $"{i:X4}")} {i:X4}");
        }

        await publisher.SendAsync(sent);
        if (isAway)
        {
            await publisher.ExpectAsync(string.Concat(Enumerable.Range(1, Count).Select(i => $"{(quality == 1 ? 4 : 5)}0 02 {i:X4}")));
            reader = await Broker.ConnectAsync("a", cleanSession: false, sessionPresent: true);
        }

        for (var i = 1; i <= Count; i++)
        {
            Assert.That(Convert.ToHexString((await reader.ReadPacketAsync("PUBLISH")).AsSpan()[^2..]), Is.EqualTo($"{i:X4}"));
        }

        reader.Dispose();
    }

    private async Task AnswersAreInOrderAsync(string publish, string answer)
    {
        using var client = await Broker.ConnectAsync("a");
        var identifiers = Enumerable.Range(1, Count).Select(i => $"{i * 977 % 65_536:X4}").ToArray(); // neither rising nor falling
        await client.ExchangeAsync(
            string.Concat(identifiers.Select(identifier => $"{publish} 06 00 01 'a' {identifier} 'x'")),
            string.Concat(identifiers.Select(identifier => $"{answer} 02 {identifier}")));
    }
}
