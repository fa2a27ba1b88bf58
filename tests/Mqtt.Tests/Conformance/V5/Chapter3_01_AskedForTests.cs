using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Sections 3.1.2.10 and 3.1.2.11: what a client asks of the broker in CONNECT.</summary>
public sealed class Chapter3_01_AskedForTests : V5Fixture
{
    [Test]
    [Spec("MQTT-3.1.2-22")]
    [Spec("MQTT-3.2.2-22")]
    public async Task A_silent_client_is_sent_away_after_one_and_a_half_of_its_own_keep_alives()
    {
        using var client = await ConnectAsync("c", keepAlive: "00 0A");
        Assert.That(Wire.Hex(client.ConnAck!.ConnAckProperties), Does.Not.StartWith("13"));
        await AdvanceAsync(14.9);
        await client.ExpectNothingAsync(); // this speaks
        await AdvanceAsync(14.9);
        await client.SendAsync("30 [ {'t'} [] ]"); // this too
        await client.ExpectNothingAsync();
        await AdvanceAsync(15);
        await client.ExpectDisconnectAsync(ReasonCode.KeepAliveTimeout);
    }

    [Test]
    [Spec("MQTT-3.1.2-22")]
    public async Task What_the_broker_sends_does_not_keep_a_client_alive()
    {
        using var client = await ConnectAsync("c", keepAlive: "00 0A");
        await client.SubscribeAsync("t");
        using var publisher = await ConnectAsync("p");
        for (var i = 0; i < 2; i++)
        {
            await AdvanceAsync(7);
            await publisher.SendAsync("30 [ {'t'} [] ]");
            await client.ExpectAsync("30 [ {'t'} [] ]");
        }

        await AdvanceAsync(1);
        await client.ExpectDisconnectAsync(ReasonCode.KeepAliveTimeout);
    }

    [TestCase("00 00")]
    [TestCase("FF FF")]
    public async Task A_client_that_would_be_silent_too_long_is_told_another_keep_alive(string keepAlive)
    {
        using var client = await ConnectAsync("c", keepAlive: keepAlive);
        Assert.That(Wire.Hex(client.ConnAck!.ConnAckProperties), Does.Contain(Wire.Hex("13 04 B0")), "1,200 s");
        await AdvanceAsync(1799);
        await client.ExpectNothingAsync();
        await AdvanceAsync(1800);
        await client.ExpectDisconnectAsync(ReasonCode.KeepAliveTimeout);
    }

    [TestCase(30, true)]
    [TestCase(31, false)]
    [Spec("MQTT-3.1.2-24")]
    [Spec("MQTT-3.1.2-25")]
    public async Task A_message_larger_than_the_client_takes_is_dropped_for_it_alone(int size, bool fits)
    {
        using var small = await ConnectAsync("small", "27 00 00 00 1E");
        using var large = await ConnectAsync("large");
        await small.SubscribeAsync("t", 2);
        await large.SubscribeAsync("t", 2);
        using var publisher = await ConnectAsync("p");
        var bytes = new string('x', size - 8);
        await publisher.ExchangeAsync($"32 [ {{'t'}} 00 01 [] '{bytes}' ]", "40 [ 00 01 ]");
        await publisher.ExchangeAsync("32 [ {'t'} 00 02 [] 'next' ]", "40 [ 00 02 ]");

        Assert.That((await large.ReadAcknowledgedAsync()).Payload, Is.EqualTo(bytes));
        if (fits)
        {
            Assert.That((await small.ReadAcknowledgedAsync()).Payload, Is.EqualTo(bytes));
        }

        Assert.That((await small.ReadAcknowledgedAsync()).Payload, Is.EqualTo("next"));
        await small.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-25")]
    public async Task Messages_too_large_do_not_use_up_the_receive_maximum([Values(1, 2)] int quality)
    {
        using var small = await ConnectAsync("small", "27 00 00 00 1E 21 00 01 11 00 00 00 3C");
        await small.SubscribeAsync("t", quality);
        using var publisher = await ConnectAsync("p");
        for (var i = 0; i < 3; i++)
        {
            await publisher.ExchangeAsync($"32 [ {{'t'}} 00 01 [] '{new string('x', 40)}' ]", "40 [ 00 01 ]");
        }

        await publisher.ExchangeAsync("32 [ {'t'} 00 02 [] 'next' ]", "40 [ 00 02 ]");
        Assert.That((await small.ReadAcknowledgedAsync()).Payload, Is.EqualTo("next"));
    }

    [Test]
    [Spec("MQTT-3.1.2-24")]
    [Spec("MQTT-3.1.2-25")]
    public async Task A_queued_message_too_large_for_the_client_that_comes_back_is_dropped()
    {
        await LeaveAsync(await SubscribedAsync("c", "t", 1));
        using var publisher = await ConnectAsync("p");
        await publisher.ExchangeAsync($"32 [ {{'t'}} 00 01 [] '{new string('x', 40)}' ]", "40 [ 00 01 ]");
        await publisher.ExchangeAsync("32 [ {'t'} 00 02 [] 'next' ]", "40 [ 00 02 ]");

        using var back = await ComeBackAsync("c", "11 00 00 00 3C 27 00 00 00 1E");
        Assert.That((await back.ReadAcknowledgedAsync()).Payload, Is.EqualTo("next"));
    }

    [Test]
    [Spec("MQTT-3.1.2-24")]
    public async Task A_retained_message_larger_than_the_client_takes_is_not_sent()
    {
        using var small = await ConnectAsync("small", "27 00 00 00 1E");
        await small.SendAsync($"31 [ {{'t/1'}} [] '{new string('x', 40)}' ] 31 [ {{'t/2'}} [] 'y' ]");
        await small.SubscribeAsync("t/#");
        await small.ExpectAsync("31 [ {'t/2'} [] 'y' ]");
        await small.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-24")]
    public async Task An_answer_larger_than_the_client_takes_ends_the_connection_without_it()
    {
        using var small = await ConnectAsync("small", "27 00 00 00 1E");
        await small.SendAsync($"82 [ 00 01 [] {string.Concat(Enumerable.Repeat("{'t'} 00 ", 40))} ]");
        Assert.That((await small.ReadAsync("DISCONNECT")).ReasonCode, Is.EqualTo(ReasonCode.PacketTooLarge));
    }

    [Test]
    [Spec("MQTT-3.1.2-27")]
    public async Task A_client_that_takes_no_topic_aliases_is_sent_none([Values("", "22 00 00")] string maximum)
    {
        using var client = await ConnectAsync("c", maximum);
        await client.SubscribeAsync("topic");
        for (var i = 0; i < 3; i++)
        {
            await client.ExchangeAsync("30 [ {'topic'} [] ]", "30 [ {'topic'} [] ]");
        }
    }

    [Test]
    [Spec("MQTT-3.1.2-28")]
    public async Task Response_information_comes_only_when_asked_for([Values("", "19 00")] string request)
    {
        using var client = await ConnectAsync("c", request);
        Assert.That(Properties.Identifiers(client.ConnAck!.ConnAckProperties), Does.Not.Contain(0x1A));
    }

    [Test]
    [Spec("MQTT-3.1.2-29")]
    public async Task A_client_that_wants_no_problem_information_gets_codes_only()
    {
        using var client = await ConnectAsync("c", "17 00");
        await client.ExchangeAsync("82 [ 00 01 [] {'#/a'} 00 ]", "90 [ 00 01 [] 8F ]");
        await client.ExchangeAsync("A2 [ 00 02 [] {'a'} ]", "B0 [ 00 02 [] 11 ]");
        await client.ExchangeAsync("62 [ 00 03 ]", "70 [ 00 03 92 ]");
        await client.ExchangeAsync("50 [ 00 04 ]", "62 [ 00 04 92 ]");
        await client.SubscribeAsync("t");
        await client.ExchangeAsync("30 [ {'t'} [ 26 {'n'} {'v'} ] ]", "30 [ {'t'} [ 26 {'n'} {'v'} ] ]");
    }
}
