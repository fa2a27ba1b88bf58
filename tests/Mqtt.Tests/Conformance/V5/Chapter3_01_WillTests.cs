using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Sections 3.1.2.5 to 3.1.2.7 and 3.1.3.2: wills.</summary>
public sealed class Chapter3_01_WillTests : V5Fixture
{
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
            Assert.That(properties, Does.Contain(Wire.Hex("01 01")));
            Assert.That(properties, Does.Contain(Wire.Hex("02 00 00 00 1E")));
            Assert.That(properties, Does.Contain(Wire.Hex("03 {'type'}")));
            Assert.That(properties, Does.Contain(Wire.Hex("08 {'reply'}")));
            Assert.That(properties, Does.Contain(Wire.Hex("09 {'data'}")));
            Assert.That(properties, Does.Contain(Wire.Hex(Users)));
            Assert.That(properties, Has.Length.EqualTo(Wire.Hex($"01 01 02 00 00 00 1E 03 {{'type'}} 08 {{'reply'}} 09 {{'data'}} {Users}").Length), "and nothing else, no delay either");
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
        Assert.That((await back.ReadAcknowledgedAsync()).Properties, Is.EqualTo(Wire.Hex("02 00 00 00 0F")));
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
    [Spec("MQTT-3.1.2-8")]
    public async Task A_will_that_DISCONNECT_asks_for_waits_for_its_delay_too()
    {
        using var watcher = await SubscribedAsync("watcher", "w", 0);
        using var client = await ConnectAsync("c", "11 00 00 00 3C", flags: "06", rest: "[ 18 00 00 00 05 ] {'w'} {'gone'}");
        await client.SendAsync("E0 [ 04 ]");
        await client.ExpectCloseAsync();
        await AdvanceAsync(4);
        await watcher.ExpectNothingAsync();
        await AdvanceAsync(1);
        await watcher.ExpectAsync("30 [ {'w'} [] 'gone' ]");
    }

    [Test]
    [Spec("MQTT-3.1.2-8")]
    public async Task A_session_that_DISCONNECT_ends_brings_its_will_forward()
    {
        using var watcher = await SubscribedAsync("watcher", "w", 0);
        using var client = await ConnectAsync("c", "11 00 00 00 3C", flags: "06", rest: "[ 18 00 00 00 05 ] {'w'} {'gone'}");
        await client.SendAsync("E0 [ 04 [ 11 00 00 00 00 ] ]");
        await client.ExpectCloseAsync();
        await watcher.ExpectAsync("30 [ {'w'} [] 'gone' ]");
    }

    [TestCase("06", "[] {'w'} {'new'}", "30 [ {'w'} [] 'new' ]")]
    [TestCase("00", "", "")]
    [Spec("MQTT-3.1.2-7")]
    public async Task The_will_of_the_last_CONNECT_counts(string flags, string will, string expected)
    {
        using var watcher = await SubscribedAsync("watcher", "w", 0);
        await LoseAsync(await ConnectAsync("c", "11 00 00 00 3C", flags: "06", rest: "[ 18 00 00 00 05 ] {'w'} {'old'}"));
        await LoseAsync(await ConnectAsync("c", "11 00 00 00 3C", flags == "06" ? "04" : flags, rest: will));
        await AdvanceAsync(61);
        await watcher.ExpectAsync(expected);
        await watcher.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-15")]
    public async Task An_empty_will_that_is_retained_removes_the_retained_message()
    {
        using var watcher = await ConnectAsync("watcher");
        await watcher.SendAsync("31 [ {'w'} [] 'here' ]");
        await watcher.ExpectNothingAsync();
        await LoseAsync(await ConnectAsync("c", flags: "26", rest: "[] {'w'} {}"));
        await watcher.SubscribeAsync("w");
        await watcher.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-7")]
    public async Task A_will_reaches_a_client_that_is_away()
    {
        await LoseAsync(await SubscribedAsync("away", "w", 1));
        await LoseAsync(await ConnectAsync("c", flags: "0E", rest: "[] {'w'} {'gone'}"));
        using var back = await ComeBackAsync("away");
        Assert.That((await back.ReadAcknowledgedAsync()).Payload, Is.EqualTo("gone"));
    }
}
