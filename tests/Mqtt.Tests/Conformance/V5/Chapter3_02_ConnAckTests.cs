using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

public sealed class Chapter3_02_ConnAckTests : V5Fixture
{
    private protected override void Configure(MqttOptions options)
    {
        options.Limits.MaxPacketBytes = 1000;
        options.Limits.TopicAliasMax = 3;
        options.Limits.ReceiveMax = 5;
    }

    [Test]
    [Spec("MQTT-3.2.0-1")]
    public async Task CONNACK_comes_before_what_waited_in_the_session()
    {
        await LoseAsync(await SubscribedAsync("c", "t", 1));
        using var publisher = await ConnectAsync("p");
        await publisher.ExchangeAsync("32 [ {'t'} 00 01 [] 'kept' ]", "40 [ 00 01 ]");

        using var back = await OpenAsync();
        await back.SendAsync("10 [ {'MQTT'} 05 00 00 3C [ 11 00 00 00 3C ] {'c'} ]");
        Assert.That((await back.ReadAsync("CONNACK")).Type, Is.EqualTo(2));
        Assert.That((await back.ReadDeliveryAsync()).Payload, Is.EqualTo("kept"));
    }

    [Test]
    public async Task The_limits_of_the_broker_are_told()
    {
        using var client = await ConnectAsync("c");
        Assert.Multiple(() =>
        {
            Assert.That(Properties.Value(client.ConnAck!.ConnAckProperties, 0x27), Is.EqualTo("000003E8"));
            Assert.That(Properties.Value(client.ConnAck.ConnAckProperties, 0x22), Is.EqualTo("0003"));
            Assert.That(Properties.Value(client.ConnAck.ConnAckProperties, 0x21), Is.EqualTo("0005"));
        });
    }

    [Test]
    public async Task What_is_offered_in_full_is_not_announced_as_limited()
    {
        using var client = await ConnectAsync("c");
        var told = Properties.Identifiers(client.ConnAck!.ConnAckProperties);
        Assert.That(told, Is.Unique);
        Assert.That(told, Has.None.AnyOf(0x24, 0x25, 0x28, 0x29, 0x2A), "maximum QoS, retain, wildcards, subscription identifiers, shares");
        Assert.That(told, Does.Not.Contain(0x11), "a session expiry that is the client's own");
    }

    [Test]
    public async Task A_session_expiry_longer_than_the_broker_keeps_is_told()
    {
        using var client = await ConnectAsync("c", "11 FF FF FF FF");
        Assert.That(Properties.Value(client.ConnAck!.ConnAckProperties, 0x11), Is.EqualTo((7 * 24 * 3600).ToString("X8", null)));
    }

    [TestCase("10 [ {'MQTT'} 05 03 00 3C [] {'c'} ]", ReasonCode.MalformedPacket)]
    [TestCase("10 [ {'MQTT'} 06 00 00 3C [] {'c'} ]", ReasonCode.UnsupportedProtocolVersion)]
    [TestCase("10 [ {'MQTT'} 05 00 00 3C [ 21 00 00 ] {'c'} ]", ReasonCode.ProtocolError)]
    [TestCase("10 [ {'MQTT'} 05 00 00 3C [ 15 {'none'} ] {'c'} ]", ReasonCode.BadAuthenticationMethod)]
    [Spec("MQTT-3.2.2-6")]
    [Spec("MQTT-3.2.2-7")]
    [Spec("MQTT-3.2.2-8")]
    [Spec("MQTT-4.13.2-1")]
    public async Task A_refusal_tells_of_no_session_and_is_followed_by_a_close(string packet, ReasonCode reason)
    {
        await LoseAsync(await SubscribedAsync("c", "t", 1));
        using var client = await OpenAsync();
        await client.SendAsync(packet);
        await client.ExpectRefusalAsync(reason);
        using var back = await ComeBackAsync("c");
    }

    [Test]
    [Spec("MQTT-3.2.2-15")]
    public async Task A_packet_of_the_maximum_size_is_taken_and_a_larger_one_ends_the_connection()
    {
        using var client = await ConnectAsync("c");
        await client.SubscribeAsync("t");
        var largest = $"30 [ {{'t'}} [] '{new string('x', 1000 - 7)}' ]";
        Assert.That(Wire.Bytes(largest), Has.Length.EqualTo(1000));
        await client.ExchangeAsync(largest, largest);

        await client.SendAsync($"30 [ {{'t'}} [] '{new string('x', 1000 - 6)}' ]");
        await client.ExpectDisconnectAsync(ReasonCode.PacketTooLarge);
    }

    [Test]
    [Spec("MQTT-3.2.2-15")]
    public async Task A_packet_that_says_that_it_will_be_larger_is_not_waited_for()
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync("30 E9 07");
        await client.ExpectDisconnectAsync(ReasonCode.PacketTooLarge);
    }

    [TestCase("00 04")]
    [TestCase("FF FF")]
    [Spec("MQTT-3.2.2-17")]
    [Spec("MQTT-3.3.2-9")]
    public async Task A_topic_alias_above_the_maximum_ends_the_connection(string alias)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync($"30 [ {{'t'}} [ 23 {alias} ] ]");
        await client.ExpectDisconnectAsync(ReasonCode.TopicAliasInvalid);
    }

    [Test]
    [Spec("MQTT-3.3.2-12")]
    public async Task Every_topic_alias_up_to_the_maximum_is_taken()
    {
        using var client = await ConnectAsync("c");
        await client.SubscribeAsync("t/+");
        for (var alias = 1; alias <= 3; alias++)
        {
            await client.ExchangeAsync($"30 [ {{'t/{alias}'}} [ 23 00 {alias:X2} ] ]", $"30 [ {{'t/{alias}'}} [] ]");
        }

        for (var alias = 1; alias <= 3; alias++)
        {
            await client.ExchangeAsync($"30 [ {{}} [ 23 00 {alias:X2} ] 'again' ]", $"30 [ {{'t/{alias}'}} [] 'again' ]");
        }
    }

    [Test]
    [Spec("MQTT-3.3.4-7")]
    public async Task One_message_more_than_the_receive_maximum_ends_the_connection()
    {
        using var client = await ConnectAsync("c");
        for (var i = 1; i <= 5; i++)
        {
            await client.ExchangeAsync($"34 [ {{'t'}} 00 {i:X2} [] ]", $"50 [ 00 {i:X2} ]");
        }

        await client.ExchangeAsync("3C [ {'t'} 00 01 [] ]", "50 [ 00 01 ]"); // one of the five
        await client.SendAsync("30 [ {'t'} [] ]"); // QoS 0 does not count
        await client.ExpectNothingAsync();
        await client.SendAsync("34 [ {'t'} 00 06 [] ]");
        await client.ExpectDisconnectAsync(ReasonCode.ReceiveMaximumExceeded);
    }

    [Test]
    [Spec("MQTT-3.3.4-7")]
    public async Task A_PUBCOMP_makes_room_again()
    {
        using var client = await ConnectAsync("c");
        for (var i = 1; i <= 20; i++)
        {
            await client.ExchangeAsync($"34 [ {{'t'}} 00 {i:X2} [] ]", $"50 [ 00 {i:X2} ]");
            if (i >= 5)
            {
                await client.ExchangeAsync($"62 [ 00 {i - 4:X2} ]", $"70 [ 00 {i - 4:X2} ]");
            }
        }
    }

    [Test]
    [Spec("MQTT-3.3.4-7")]
    public async Task The_receive_maximum_begins_anew_with_each_connection()
    {
        var client = await ConnectAsync("c", "11 00 00 00 3C");
        await client.SendAsync(string.Concat(Enumerable.Range(1, 5).Select(static i => $"34 [ {{'t'}} 00 {i:X2} [] ]")));
        await client.ExpectAsync(string.Concat(Enumerable.Range(1, 5).Select(static i => $"50 [ 00 {i:X2} ]")));
        await LoseAsync(client);

        using var back = await ComeBackAsync("c");
        await back.SendAsync(string.Concat(Enumerable.Range(11, 5).Select(static i => $"34 [ {{'t'}} 00 {i:X2} [] ]")));
        await back.ExpectAsync(string.Concat(Enumerable.Range(11, 5).Select(static i => $"50 [ 00 {i:X2} ]")));
        await back.SendAsync("34 [ {'t'} 00 1F [] ]");
        await back.ExpectDisconnectAsync(ReasonCode.ReceiveMaximumExceeded);
    }
}
