using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Sections 4.1 and 4.2.</summary>
public sealed class Chapter4_1_SessionStateTests : V5Fixture
{
    [Test]
    [Spec("MQTT-4.1.0-1")]
    public async Task A_session_does_not_expire_while_its_client_is_connected()
    {
        var client = await ConnectAsync("c", "11 00 00 00 01");
        await client.SubscribeAsync("t", 1);
        for (var i = 0; i < 5; i++)
        {
            await AdvanceAsync(60);
            await client.ExpectNothingAsync();
        }

        await client.ExchangeAsync("30 [ {'t'} [] ]", "30 [ {'t'} [] ]");
        await LoseAsync(client);
        using var back = await ComeBackAsync("c");
    }

    [TestCase(9, true)]
    [TestCase(10, false)]
    [TestCase(11, false)]
    [Spec("MQTT-4.1.0-2")]
    public async Task A_session_ends_when_its_expiry_has_passed_without_a_connection(int seconds, bool isKept)
    {
        await LoseAsync(await ConnectAsync("c", "11 00 00 00 0A"));
        await AdvanceAsync(seconds);
        using var back = await ConnectAsync("c", "11 00 00 00 0A", flags: "00");
        Assert.That(back.ConnAck!.Body[0], Is.EqualTo(isKept ? 1 : 0));
    }

    [Test]
    [Spec("MQTT-4.1.0-2")]
    public async Task An_expired_session_has_neither_subscriptions_nor_messages()
    {
        await LoseAsync(await SubscribedAsync("c", "t", 1));
        using var publisher = await ConnectAsync("p", keepAlive: "03 84");
        await publisher.ExchangeAsync("32 [ {'t'} 00 01 [] ]", "40 [ 00 01 ]");
        await AdvanceAsync(60);
        using var back = await ConnectAsync("c", flags: "00");
        await publisher.ExchangeAsync("32 [ {'t'} 00 02 [] ]", "40 [ 00 02 ]");
        await back.ExpectNothingAsync();
    }

    [Test]
    public async Task The_expiry_of_the_last_CONNECT_counts()
    {
        await LoseAsync(await ConnectAsync("c", "11 00 00 00 0A"));
        await LoseAsync(await ComeBackAsync("c", "11 00 00 00 64"));
        await AdvanceAsync(99);
        using (var back = await ComeBackAsync("c", ""))
        {
            await LoseAsync(back);
        }

        using var gone = await ConnectAsync("c", flags: "00");
        Assert.That(gone.ConnAck!.Body[0], Is.Zero);
    }

    [Test]
    public async Task A_session_holds_what_its_client_has_sent_and_not_finished()
    {
        using var watcher = await SubscribedAsync("w", "t", 0);
        var client = await ConnectAsync("c", "11 00 00 00 3C");
        await client.ExchangeAsync("34 [ {'t'} 00 07 [] 'once' ]", "50 [ 00 07 ]");
        await LoseAsync(client);

        using var back = await ComeBackAsync("c");
        await back.ExchangeAsync("3C [ {'t'} 00 07 [] 'once' ]", "50 [ 00 07 ]");
        await back.ExchangeAsync("62 [ 00 07 ]", "70 [ 00 07 ]");
        await watcher.ExpectAsync("30 [ {'t'} [] 'once' ]");
        await watcher.ExpectNothingAsync();
    }

    [Test]
    public async Task Messages_of_QoS_0_are_not_kept_for_a_client_that_is_away()
    {
        await LoseAsync(await SubscribedAsync("c", "t", 2));
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("30 [ {'t'} [] 'zero' ]");
        await publisher.ExchangeAsync("32 [ {'t'} 00 01 [] 'one' ]", "40 [ 00 01 ]");
        using var back = await ComeBackAsync("c");
        Assert.That((await back.ReadAcknowledgedAsync()).Payload, Is.EqualTo("one"));
        await back.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-4.2.0-1")]
    public async Task Bytes_arrive_all_and_in_order_however_they_are_cut()
    {
        using var client = await SubscribedAsync("c", "t", 0);
        var large = Wire.Bytes($"30 [ {{'t'}} [] '{string.Concat(Enumerable.Range(0, 20_000).Select(static i => $"{i} "))}' ]");
        var sent = (byte[])[.. large, .. Wire.Bytes("30 [ {'t'} [] 'small' ] C0 00")];
        var cut = new Random(7);
        for (var at = 0; at < sent.Length;)
        {
            var step = Math.Min(sent.Length - at, at < 100 ? 1 : cut.Next(1, 9000));
            await client.SendAsync(sent[at..(at + step)]);
            at += step;
        }

        var heard = await client.ReadAsync("the large message");
        Assert.That(heard.Bytes.AsSpan().SequenceEqual(large));
        await client.ExpectAsync("30 [ {'t'} [] 'small' ] D0 00");
    }
}
