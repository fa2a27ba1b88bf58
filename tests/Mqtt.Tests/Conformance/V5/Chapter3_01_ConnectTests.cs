using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

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
    [Spec("MQTT-3.1.3-5")]
    public async Task Client_identifiers_of_letters_and_digits_are_taken([Values("a", "0123456789ABCDEFGHIJKLM", "NOPQRSTUVWXYZabcdefghij", "klmnopqrstuvwxyz")] string identifier)
    {
        using var client = await ConnectAsync(identifier);
        await client.ExpectNothingAsync();
    }

    [Test]
    public async Task Longer_and_stranger_client_identifiers_are_taken_too([Values("with spaces / and + #", "Grüße", "a-client-identifier-that-is-longer-than-twenty-three-bytes")] string identifier)
    {
        using var client = await ConnectAsync(identifier);
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.3-2")]
    public async Task A_session_belongs_to_its_client_identifier()
    {
        var first = await ConnectAsync("first", "11 00 00 00 3C");
        await first.SubscribeAsync("t");
        await LeaveAsync(first);

        using var second = await ConnectAsync("second", "11 00 00 00 3C", flags: "00");
        Assert.That(second.ConnAck!.Body[0], Is.Zero);
        using var back = await ComeBackAsync("first");
    }

    [Test]
    [Spec("MQTT-3.1.2-4")]
    [Spec("MQTT-3.1.4-4")]
    [Spec("MQTT-3.2.2-2")]
    public async Task Clean_Start_throws_the_session_away()
    {
        var client = await ConnectAsync("c", "11 00 00 00 3C");
        await client.SubscribeAsync("t", 1);
        await LeaveAsync(client);
        using var publisher = await ConnectAsync("p");
        await publisher.ExchangeAsync("32 [ {'t'} 00 01 [] 'kept' ]", "40 [ 00 01 ]");

        using var again = await ConnectAsync("c", "11 00 00 00 3C", flags: "02");
        Assert.That(again.ConnAck!.Body[0], Is.Zero);
        await publisher.SendAsync("30 [ {'t'} [] ]");
        await publisher.ExpectNothingAsync();
        await again.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-4")]
    public async Task Clean_Start_throws_away_a_session_that_is_connected()
    {
        using var client = await ConnectAsync("c", "11 00 00 00 3C");
        await client.SubscribeAsync("t", 1);

        using var again = await ConnectAsync("c", "11 00 00 00 3C", flags: "02");
        await client.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
        Assert.That(again.ConnAck!.Body[0], Is.Zero);
        await again.SendAsync("30 [ {'t'} [] ]");
        await again.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-5")]
    [Spec("MQTT-3.1.2-23")]
    [Spec("MQTT-3.2.2-3")]
    public async Task Without_Clean_Start_the_session_goes_on()
    {
        var client = await ConnectAsync("c", "11 00 00 00 3C");
        await client.SubscribeAsync("t", 1);
        await LoseAsync(client);
        using var publisher = await ConnectAsync("p");
        await publisher.ExchangeAsync("32 [ {'t'} 00 01 [] 'kept' ]", "40 [ 00 01 ]");

        using var back = await ComeBackAsync("c");
        Assert.That((await back.ReadAcknowledgedAsync()).Payload, Is.EqualTo("kept"));
        await publisher.SendAsync("30 [ {'t'} [] 'live' ]");
        await back.ExpectAsync("30 [ {'t'} [] 'live' ]");
    }

    [Test]
    [Spec("MQTT-3.1.2-6")]
    [Spec("MQTT-3.2.2-3")]
    public async Task Without_Clean_Start_and_without_a_session_there_is_a_new_one()
    {
        var client = await ConnectAsync("c", "11 00 00 00 3C", flags: "00");
        Assert.That(client.ConnAck!.Body[0], Is.Zero);
        await LeaveAsync(client);
        using var back = await ComeBackAsync("c");
    }

    [Test]
    [Spec("MQTT-3.1.2-23")]
    public async Task A_session_without_an_expiry_interval_ends_with_its_connection([Values("", "11 00 00 00 00")] string expiry)
    {
        var client = await ConnectAsync("c", expiry);
        await LoseAsync(client);
        using var back = await ConnectAsync("c", flags: "00");
        Assert.That(back.ConnAck!.Body[0], Is.Zero);
    }

    [Test]
    [Spec("MQTT-3.1.2-7")]
    [Spec("MQTT-3.1.2-8")]
    [Spec("MQTT-3.1.2-14")]
    [Spec("MQTT-3.1.2-15")]
    public async Task A_will_is_published_as_its_flags_say([Values(0, 1, 2)] int quality, [Values] bool retain)
    {
        using var watcher = await ConnectAsync("watcher");
        await watcher.SubscribeAsync("w", 2);
        await LoseAsync(await ConnectAsync("c", flags: (0x06 | (quality << 3) | (retain ? 0x20 : 0)).ToString("X2", null), rest: "[] {'w'} {'gone'}"));

        var will = await watcher.ReadAcknowledgedAsync();
        Assert.That((will.Topic, will.Payload, will.QualityOfService, will.Retain), Is.EqualTo(("w", "gone", quality, false)));
        using var later = await ConnectAsync("later");
        await later.SubscribeAsync("w");
        if (retain)
        {
            await later.ExpectAsync("31 [ {'w'} [] 'gone' ]");
        }

        await later.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-8")]
    public async Task A_client_that_breaks_the_protocol_has_its_will_published()
    {
        using var watcher = await ConnectAsync("watcher");
        await watcher.SubscribeAsync("w");
        using var client = await ConnectAsync("c", flags: "06", rest: "[] {'w'} {'gone'}");
        await client.SendAsync("36 [ {'t'} 00 01 [] ]");
        await client.ExpectDisconnectAsync(ReasonCode.MalformedPacket);
        await watcher.ExpectAsync("30 [ {'w'} [] 'gone' ]");
    }

    [Test]
    [Spec("MQTT-3.1.2-8")]
    [Spec("MQTT-3.1.2-22")]
    public async Task A_client_that_falls_silent_has_its_will_published()
    {
        using var watcher = await ConnectAsync("watcher", keepAlive: "03 84");
        await watcher.SubscribeAsync("w");
        using var client = await ConnectAsync("c", flags: "06", keepAlive: "00 0A", rest: "[] {'w'} {'gone'}");
        await AdvanceAsync(15);
        await client.ExpectDisconnectAsync(ReasonCode.KeepAliveTimeout);
        await watcher.ExpectAsync("30 [ {'w'} [] 'gone' ]");
    }

    [Test]
    [Spec("MQTT-3.1.2-10")]
    [Spec("MQTT-3.14.4-3")]
    public async Task A_client_that_leaves_in_order_takes_its_will_with_it([Values("E0 00", "E0 [ 00 ]", "E0 [ 00 [] ]")] string disconnect)
    {
        using var watcher = await ConnectAsync("watcher");
        await watcher.SubscribeAsync("w");
        using var client = await ConnectAsync("c", "11 00 00 00 0A", flags: "06", rest: "[ 18 00 00 00 05 ] {'w'} {'gone'}");
        await client.SendAsync(disconnect);
        await client.ExpectCloseAsync();
        await AdvanceAsync(11);
        await watcher.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-8")]
    public async Task A_client_may_leave_and_have_its_will_published([Values("04", "80", "83")] string reason)
    {
        using var watcher = await ConnectAsync("watcher");
        await watcher.SubscribeAsync("w");
        using var client = await ConnectAsync("c", flags: "06", rest: "[] {'w'} {'gone'}");
        await client.SendAsync($"E0 [ {reason} ]");
        await client.ExpectCloseAsync();
        await watcher.ExpectAsync("30 [ {'w'} [] 'gone' ]");
    }

    [Test]
    [Spec("MQTT-3.1.2-10")]
    public async Task A_will_is_published_once()
    {
        using var watcher = await ConnectAsync("watcher");
        await watcher.SubscribeAsync("w");
        await LoseAsync(await ConnectAsync("c", "11 00 00 00 3C", flags: "06", rest: "[] {'w'} {'gone'}"));
        await watcher.ExpectAsync("30 [ {'w'} [] 'gone' ]");

        await LoseAsync(await ComeBackAsync("c"));
        await AdvanceAsync(61);
        await watcher.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-8")]
    public async Task A_will_waits_for_its_delay()
    {
        using var watcher = await ConnectAsync("watcher");
        await watcher.SubscribeAsync("w");
        await LoseAsync(await ConnectAsync("c", "11 00 00 00 3C", flags: "06", rest: "[ 18 00 00 00 05 ] {'w'} {'gone'}"));

        await AdvanceAsync(4);
        await watcher.ExpectNothingAsync();
        await AdvanceAsync(1);
        await watcher.ExpectAsync("30 [ {'w'} [] 'gone' ]");
    }

    [Test]
    [Spec("MQTT-3.1.2-8")]
    public async Task A_will_does_not_wait_longer_than_its_session_lasts()
    {
        using var watcher = await ConnectAsync("watcher");
        await watcher.SubscribeAsync("w");
        await LoseAsync(await ConnectAsync("c", "11 00 00 00 03", flags: "06", rest: "[ 18 00 00 00 3C ] {'w'} {'gone'}"));

        await AdvanceAsync(2);
        await watcher.ExpectNothingAsync();
        await AdvanceAsync(1);
        await watcher.ExpectAsync("30 [ {'w'} [] 'gone' ]");
    }

    [Test]
    [Spec("MQTT-3.1.2-8")]
    public async Task A_will_with_a_delay_is_due_at_once_where_no_session_is_kept()
    {
        using var watcher = await ConnectAsync("watcher");
        await watcher.SubscribeAsync("w");
        await LoseAsync(await ConnectAsync("c", flags: "06", rest: "[ 18 00 00 00 3C ] {'w'} {'gone'}"));
        await watcher.ExpectAsync("30 [ {'w'} [] 'gone' ]");
    }

    [Test]
    [Spec("MQTT-3.1.3-9")]
    public async Task A_client_that_comes_back_in_time_keeps_its_will_unsent()
    {
        using var watcher = await ConnectAsync("watcher");
        await watcher.SubscribeAsync("w");
        await LoseAsync(await ConnectAsync("c", "11 00 00 00 3C", flags: "06", rest: "[ 18 00 00 00 05 ] {'w'} {'gone'}"));
        await AdvanceAsync(4);

        using var back = await ComeBackAsync("c");
        await AdvanceAsync(10);
        await watcher.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.3-9")]
    public async Task A_client_that_takes_over_from_itself_keeps_a_delayed_will_unsent()
    {
        using var watcher = await ConnectAsync("watcher");
        await watcher.SubscribeAsync("w");
        using var client = await ConnectAsync("c", "11 00 00 00 3C", flags: "06", rest: "[ 18 00 00 00 05 ] {'w'} {'gone'}");
        using var again = await ComeBackAsync("c");
        await client.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
        await AdvanceAsync(10);
        await watcher.ExpectNothingAsync();
    }

    [TestCase("00", "00 00 00 00", Description = "no delay")]
    [TestCase("02", "00 00 00 05", Description = "the session ends by Clean Start")]
    [Spec("MQTT-3.1.2-8")]
    public async Task A_client_that_is_taken_over_otherwise_has_its_will_published_at_once(string flags, string delay)
    {
        using var watcher = await ConnectAsync("watcher");
        await watcher.SubscribeAsync("w");
        using var client = await ConnectAsync("c", "11 00 00 00 3C", flags: "06", rest: $"[ 18 {delay} ] {{'w'}} {{'gone'}}");
        using var again = await ConnectAsync("c", "11 00 00 00 3C", flags: flags);
        await watcher.ExpectAsync("30 [ {'w'} [] 'gone' ]");
    }

    [Test]
    [Spec("MQTT-3.1.2-8")]
    public async Task A_delayed_will_is_published_when_its_session_is_thrown_away()
    {
        using var watcher = await ConnectAsync("watcher");
        await watcher.SubscribeAsync("w");
        await LoseAsync(await ConnectAsync("c", "11 00 00 00 3C", flags: "06", rest: "[ 18 00 00 00 05 ] {'w'} {'gone'}"));
        using var again = await ConnectAsync("c", flags: "02");
        await watcher.ExpectAsync("30 [ {'w'} [] 'gone' ]");
    }

    [Test]
    [Spec("MQTT-3.1.2-9")]
    [Spec("MQTT-3.1.3-10")]
    public async Task A_will_carries_its_properties_and_user_properties_in_their_order()
    {
        using var watcher = await ConnectAsync("watcher");
        await watcher.SubscribeAsync("w");
        const string Users = "26 {'z'} {'1'} 26 {'a'} {'2'} 26 {'z'} {'0'}";
        await LoseAsync(await ConnectAsync("c", flags: "06", rest: $"[ 26 {{'z'}} {{'1'}} 03 {{'type'}} 26 {{'a'}} {{'2'}} 01 01 08 {{'reply'}} 02 00 00 00 1E 09 {{'data'}} 26 {{'z'}} {{'0'}} ] {{'w'}} {{'gone'}}"));

        var will = await watcher.ReadDeliveryAsync();
        var properties = will.Properties;
        Assert.Multiple(() =>
        {
            Assert.That(properties, Does.Contain(Hex("01 01")));
            Assert.That(properties, Does.Contain(Hex("02 00 00 00 1E")));
            Assert.That(properties, Does.Contain(Hex("03 {'type'}")));
            Assert.That(properties, Does.Contain(Hex("08 {'reply'}")));
            Assert.That(properties, Does.Contain(Hex("09 {'data'}")));
            Assert.That(properties, Does.Contain(Hex(Users)));
            Assert.That(properties, Has.Length.EqualTo(Hex($"01 01 02 00 00 00 1E 03 {{'type'}} 08 {{'reply'}} 09 {{'data'}} {Users}").Length), "and nothing else, no delay either");
        });
    }

    [Test]
    public async Task The_time_of_a_will_begins_to_run_when_it_is_published()
    {
        var watcher = await ConnectAsync("watcher", "11 00 00 0E 10");
        await watcher.SubscribeAsync("w", 1);
        await LeaveAsync(watcher);
        await LoseAsync(await ConnectAsync("c", "11 00 00 00 3C", flags: "0E", rest: "[ 18 00 00 00 0A 02 00 00 00 14 ] {'w'} {'gone'}"));
        await AdvanceAsync(10);
        await AdvanceAsync(5);

        using var back = await ComeBackAsync("watcher");
        Assert.That((await back.ReadAcknowledgedAsync()).Properties, Is.EqualTo(Hex("02 00 00 00 0F")));
    }

    [TestCase("{'w/#'} {'p'}", ReasonCode.TopicNameInvalid)]
    [TestCase("{'+'} {'p'}", ReasonCode.TopicNameInvalid)]
    [TestCase("{''} {'p'}", ReasonCode.TopicNameInvalid)]
    [Spec("MQTT-3.1.4-1")]
    public async Task A_will_needs_a_topic(string will, ReasonCode reason)
    {
        using var client = await OpenAsync();
        await client.SendAsync($"10 [ {{'MQTT'}} 05 06 00 3C [] {{'c'}} [] {will} ]");
        await client.ExpectRefusalAsync(reason);
    }

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
        Assert.That(Wire.Hex(client.ConnAck!.ConnAckProperties), Does.Contain(Hex("13 04 B0")), "1,200 s");
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

    [Test]
    [Spec("MQTT-3.1.3-6")]
    [Spec("MQTT-3.1.3-7")]
    [Spec("MQTT-3.2.2-16")]
    public async Task An_empty_client_identifier_is_given_one_that_works_as_if_sent([Values("00", "02")] string flags)
    {
        var first = await ConnectAsync("", "11 00 00 00 3C", flags);
        var second = await ConnectAsync("", "11 00 00 00 3C", flags);
        var identifier = Properties.Text(first.ConnAck!.ConnAckProperties, 0x12);
        Assert.That(identifier, Is.Not.Empty);
        Assert.That(identifier, Is.Not.EqualTo(Properties.Text(second.ConnAck!.ConnAckProperties, 0x12)));
        Assert.That(first.ConnAck.Body[0], Is.Zero);
        await LeaveAsync(first);
        await LeaveAsync(second);

        using var back = await ComeBackAsync(identifier);
        Assert.That(Properties.Identifiers(back.ConnAck!.ConnAckProperties), Does.Not.Contain(0x12));
    }

    [Test]
    [Spec("MQTT-3.1.4-3")]
    public async Task A_client_that_comes_twice_sends_the_first_away_with_0x8E()
    {
        using var first = await ConnectAsync("c");
        using var second = await ConnectAsync("c");
        await first.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
        await second.ExpectNothingAsync();
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

    private static string Hex(string notation) => Wire.Hex(Wire.Bytes(notation));
}
