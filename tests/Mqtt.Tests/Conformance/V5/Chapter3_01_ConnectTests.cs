using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Section 3.1: the form of CONNECT.</summary>
public sealed class Chapter3_01_ConnectTests : V5Fixture
{
    [TestCase("C0 00")]
    [TestCase("30 [ {'t'} [] ]")]
    [TestCase("82 [ 00 01 [] {'t'} 00 ]")]
    [TestCase("E0 00")]
    [TestCase("F0 [ 18 [ 15 {'m'} ] ]")]
    [TestCase("20 [ 00 00 [] ]")]
    [Spec("MQTT-3.1.0-1")]
    [Spec("MQTT-3.14.0-1")]
    public async Task A_connection_that_does_not_begin_with_CONNECT_is_closed_without_a_word(string packet)
    {
        using var client = await OpenAsync();
        await client.SendAsync(packet);
        await client.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-3.1.0-2")]
    [Spec("MQTT-3.2.0-2")]
    public async Task A_second_CONNECT_is_a_protocol_error_and_gets_no_CONNACK()
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync("10 [ {'MQTT'} 05 02 00 3C [] {'c'} ]");
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [TestCase("{'MQTTX'} 05")]
    [TestCase("{'mqtt'} 05")]
    [TestCase("{'HTTP'} 05")]
    [TestCase("{''} 05")]
    [Spec("MQTT-3.1.2-1")]
    public async Task Another_protocol_is_closed(string protocol)
    {
        using var client = await OpenAsync();
        await client.SendAsync($"10 [ {protocol} 02 00 3C [] {{'c'}} ]");
        await client.ExpectCloseAsync();
    }

    [TestCase("06")]
    [TestCase("7F")]
    [TestCase("FF")]
    [Spec("MQTT-3.1.2-2")]
    [Spec("MQTT-3.2.2-8")]
    public async Task A_later_version_is_told_0x84(string level)
    {
        using var client = await OpenAsync();
        await client.SendAsync($"10 [ {{'MQTT'}} {level} 02 00 3C [] {{'c'}} ]");
        await client.ExpectRefusalAsync(ReasonCode.UnsupportedProtocolVersion);
    }

    [TestCase("03", Description = "reserved")]
    [TestCase("1A", Description = "will QoS without a will")]
    [TestCase("0A")]
    [TestCase("12")]
    [TestCase("22", Description = "will retain without a will")]
    [Spec("MQTT-3.1.2-3")]
    [Spec("MQTT-3.1.2-11")]
    [Spec("MQTT-3.1.2-13")]
    [Spec("MQTT-3.1.4-1")]
    public async Task Connect_flags_that_may_not_be_are_malformed(string flags)
    {
        using var client = await OpenAsync();
        await client.SendAsync($"10 [ {{'MQTT'}} 05 {flags} 00 3C [] {{'c'}} ]");
        await client.ExpectRefusalAsync(ReasonCode.MalformedPacket);
    }

    [Test]
    [Spec("MQTT-3.1.2-12")]
    public async Task A_will_of_QoS_3_is_malformed()
    {
        using var client = await OpenAsync();
        await client.SendAsync("10 [ {'MQTT'} 05 1E 00 3C [] {'c'} [] {'w'} {'p'} ]");
        await client.ExpectRefusalAsync(ReasonCode.MalformedPacket);
    }

    [TestCase("02", "{'c'} {'user'}", Description = "a user name without its flag")]
    [TestCase("82", "{'c'}", Description = "no user name with its flag")]
    [TestCase("82", "{'c'} {'user'} {'password'}", Description = "a password without its flag")]
    [TestCase("C2", "{'c'} {'user'}", Description = "no password with its flag")]
    [TestCase("02", "{'c'} [] {'w'} {'p'}", Description = "a will without its flag")]
    [TestCase("06", "{'c'}", Description = "no will with its flag")]
    [TestCase("06", "{'c'} []")]
    [TestCase("06", "{'c'} [] {'w'}")]
    [TestCase("06", "{'c'} {'w'} {'p'}", Description = "no will properties")]
    [TestCase("02", "", Description = "no client identifier")]
    [TestCase("02", "00 05 'c'")]
    [TestCase("C2", "{'c'} {'user'} 00 09 'password'")]
    [Spec("MQTT-3.1.2-9")]
    [Spec("MQTT-3.1.2-16")]
    [Spec("MQTT-3.1.2-17")]
    [Spec("MQTT-3.1.2-18")]
    [Spec("MQTT-3.1.2-19")]
    [Spec("MQTT-3.1.3-3")]
    [Spec("MQTT-3.1.4-1")]
    [Spec("MQTT-3.2.2-7")]
    public async Task A_payload_that_is_not_what_the_flags_say_is_malformed(string flags, string payload)
    {
        using var client = await OpenAsync();
        await client.SendAsync($"10 [ {{'MQTT'}} 05 {flags} 00 3C [] {payload} ]");
        await client.ExpectRefusalAsync(ReasonCode.MalformedPacket);
    }

    [TestCase("10 [ {'MQTT'} 05 ]")]
    [TestCase("10 [ {'MQTT'} 05 02 00 ]")]
    [TestCase("10 [ {'MQTT'} 05 02 00 3C ]")]
    [TestCase("10 [ {'MQTT'} 05 02 00 3C 05 {'c'} ]", Description = "a property length beyond the packet")]
    [Spec("MQTT-3.1.4-1")]
    public async Task A_CONNECT_cut_short_is_malformed(string packet)
    {
        using var client = await OpenAsync();
        await client.SendAsync(packet);
        await client.ExpectRefusalAsync(ReasonCode.MalformedPacket);
    }

    [Test]
    [Spec("MQTT-3.1.2-17")]
    [Spec("MQTT-3.1.2-19")]
    [Spec("MQTT-3.1.3-1")]
    public async Task All_fields_are_read_in_their_order()
    {
        using var watcher = await ConnectAsync("watcher");
        await watcher.SubscribeAsync("topic");
        var client = await ConnectAsync("c", flags: "C6", rest: "[ 03 {'type'} ] {'topic'} {'payload'} {'user'} {'password'}");
        await LoseAsync(client);
        await watcher.ExpectAsync("30 [ {'topic'} [ 03 {'type'} ] 'payload' ]");
    }

    [Test]
    public async Task A_password_may_come_without_a_user_name()
    {
        using var client = await ConnectAsync("c", flags: "42", rest: "{'password'}");
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.4-5")]
    [Spec("MQTT-3.2.2-1")]
    public async Task An_accepted_CONNECT_is_answered_by_CONNACK_0x00()
    {
        using var client = await ConnectAsync("c");
        Assert.That(Wire.Hex(client.ConnAck!.Body[..2]), Is.EqualTo("0000"));
    }

    [Test]
    [Spec("MQTT-3.1.4-6")]
    [Spec("MQTT-3.2.2-7")]
    public async Task What_follows_a_refused_CONNECT_is_not_looked_at()
    {
        using var watcher = await ConnectAsync("watcher");
        await watcher.SubscribeAsync("t");
        using var client = await OpenAsync();
        await client.SendAsync("10 [ {'MQTT'} 05 03 00 3C [] {'c'} ] 30 [ {'t'} [] ] 82 [ 00 01 [] {'t'} 00 ]");
        await client.ExpectRefusalAsync(ReasonCode.MalformedPacket);
        await watcher.ExpectNothingAsync();
    }

    [Test]
    public async Task What_follows_CONNECT_need_not_wait_for_CONNACK()
    {
        using var watcher = await ConnectAsync("watcher");
        await watcher.SubscribeAsync("t");
        using var client = await OpenAsync();
        await client.SendAsync("10 [ {'MQTT'} 05 02 00 3C [] {'c'} ] 82 [ 00 01 [] {'s'} 00 ] 30 [ {'t'} [] ]");
        Assert.That((await client.ReadAsync("CONNACK")).Type, Is.EqualTo(2));
        await client.ExpectAsync("90 [ 00 01 [] 00 ]");
        await watcher.ExpectAsync("30 [ {'t'} [] ]");
    }

    [Test]
    public async Task A_CONNECT_may_come_byte_by_byte()
    {
        using var client = await OpenAsync();
        foreach (var value in Wire.Bytes("10 [ {'MQTT'} 05 06 00 3C [ 11 00 00 00 3C ] {'c'} [] {'w'} {'p'} ]"))
        {
            await client.SendAsync([value]);
        }

        Assert.That((await client.ReadAsync("CONNACK")).Body[1], Is.Zero);
    }
}
