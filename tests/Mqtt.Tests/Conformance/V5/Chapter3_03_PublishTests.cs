using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

public sealed class Chapter3_03_PublishTests : V5Fixture
{
    [TestCase(1)]
    [TestCase(2)]
    [Spec("MQTT-3.3.1-1")]
    [Spec("MQTT-4.4.0-1")]
    public async Task What_is_sent_again_carries_DUP_and_the_rest_as_before(int quality)
    {
        var client = await SubscribedAsync("c", "t", quality);
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync($"3{quality * 2:X} [ {{'t'}} 00 01 [ 26 {{'n'}} {{'v'}} ] 'x' ]");
        var first = await client.ReadDeliveryAsync();
        Assert.That(first.Duplicate, Is.False);
        await LoseAsync(client);

        using var back = await ComeBackAsync("c");
        Assert.That(await back.ReadDeliveryAsync(), Is.EqualTo(first with { Duplicate = true }));
    }

    [TestCase("38 [ {'t'} [] ]", Description = "DUP at QoS 0")]
    [TestCase("36 [ {'t'} 00 01 [] ]", Description = "QoS 3")]
    [TestCase("3E [ {'t'} 00 01 [] ]")]
    [Spec("MQTT-3.3.1-2")]
    [Spec("MQTT-3.3.1-4")]
    public async Task Flags_that_may_not_be_are_malformed(string packet)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync(packet);
        await client.ExpectDisconnectAsync(ReasonCode.MalformedPacket);
    }

    [TestCase("3A", 1)]
    [TestCase("3C", 2)]
    [Spec("MQTT-3.3.1-3")]
    public async Task DUP_of_the_publisher_is_not_passed_on(string firstByte, int quality)
    {
        using var client = await SubscribedAsync("c", "t", quality);
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync($"{firstByte} [ {{'t'}} 00 01 [] ]");
        Assert.That((await client.ReadAcknowledgedAsync()).Duplicate, Is.False);
    }

    [TestCase("30 [ {'a/#'} [] ]")]
    [TestCase("30 [ {'#'} [] ]")]
    [TestCase("30 [ {'a/+/b'} [] ]")]
    [TestCase("30 [ {'a+'} [] ]")]
    [TestCase("30 [ {'a#b'} [ 23 00 01 ] ]")]
    [TestCase("32 [ {'+'} 00 01 [] ]")]
    [TestCase("34 [ {'+'} 00 01 [] ]")]
    [Spec("MQTT-3.3.2-2")]
    [Spec("MQTT-4.7.0-1")]
    public async Task A_topic_with_a_wildcard_ends_the_connection(string packet)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync(packet);
        await client.ExpectDisconnectAsync(ReasonCode.TopicNameInvalid);
    }

    [Test]
    [Spec("MQTT-3.3.2-1")]
    [Spec("MQTT-3.3.2-3")]
    public async Task A_message_comes_on_the_topic_that_it_was_published_on([Values("#", "+/+/c", "a/#", "a/b/c")] string filter)
    {
        using var client = await SubscribedAsync("c", filter, 0);
        await client.ExchangeAsync("30 [ {'a/b/c'} [] 'x' ]", "30 [ {'a/b/c'} [] 'x' ]");
    }

    [TestCase("01 00")]
    [TestCase("01 01")]
    [TestCase("03 {'text/plain; charset=utf-8'}")]
    [TestCase("03 {}")]
    [TestCase("08 {'reply/to'}")]
    [TestCase("09 {00 FF 80 C0}")]
    [TestCase("09 {}")]
    [TestCase("26 {'n'} {'v'}")]
    [TestCase("26 {'z'} {'1'} 26 {'a'} {'2'} 26 {'z'} {'0'} 26 {} {}")]
    [TestCase("01 01 03 {'t'} 08 {'r'} 09 {'d'} 26 {'n'} {'v'}")]
    [Spec("MQTT-3.3.2-4")]
    [Spec("MQTT-3.3.2-15")]
    [Spec("MQTT-3.3.2-16")]
    [Spec("MQTT-3.3.2-17")]
    [Spec("MQTT-3.3.2-18")]
    [Spec("MQTT-3.3.2-20")]
    public async Task Properties_are_passed_on_as_they_came(string properties)
    {
        using var client = await SubscribedAsync("c", "t", 2);
        using var other = await SubscribedAsync("other", "t", 0);
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync($"31 [ {{'t'}} [ {properties} ] 'x' ]");
        await client.ExpectAsync($"30 [ {{'t'}} [ {properties} ] 'x' ]");
        await other.ExpectAsync($"30 [ {{'t'}} [ {properties} ] 'x' ]");
        await publisher.SendAsync($"34 [ {{'t'}} 00 01 [ {properties} ] 'x' ]");
        Assert.That((await client.ReadAcknowledgedAsync()).Properties, Is.EqualTo(Wire.Hex(Wire.Bytes(properties))));

        using var later = await ConnectAsync("later");
        await later.SubscribeAsync("t");
        await later.ExpectAsync($"31 [ {{'t'}} [ {properties} ] 'x' ]");
    }

    [Test]
    [Spec("MQTT-3.3.2-18")]
    public async Task User_properties_keep_their_order_also_where_others_stand_between_them()
    {
        using var client = await SubscribedAsync("c", "t", 0);
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("30 [ {'t'} [ 26 {'z'} {'1'} 23 00 01 26 {'a'} {'2'} 02 00 00 00 3C 26 {'z'} {'0'} ] ]");
        var properties = (await client.ReadDeliveryAsync()).Properties;
        Assert.That(properties, Does.Contain(Wire.Hex(Wire.Bytes("26 {'z'} {'1'} 26 {'a'} {'2'} 26 {'z'} {'0'}"))));
        Assert.That(properties, Does.Contain("020000003C"));
    }

    [Test]
    public async Task A_queued_message_keeps_its_properties()
    {
        await LeaveAsync(await SubscribedAsync("c", "t", 1));
        using var publisher = await ConnectAsync("p");
        const string All = "01 01 03 {'t'} 08 {'r'} 09 {'d'} 26 {'n'} {'v'} 26 {'n'} {'u'}";
        await publisher.ExchangeAsync($"32 [ {{'t'}} 00 01 [ {All} ] 'x' ]", "40 [ 00 01 ]");
        using var back = await ComeBackAsync("c");
        Assert.That((await back.ReadAcknowledgedAsync()).Properties, Is.EqualTo(Wire.Hex(Wire.Bytes(All))));
    }

    [TestCase("08 {'a/#'}")]
    [TestCase("08 {'+'}")]
    [TestCase("08 {}")]
    [Spec("MQTT-3.3.2-14")]
    public async Task A_response_topic_that_is_no_topic_is_a_protocol_error(string property)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync($"30 [ {{'t'}} [ {property} ] ]");
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [Test]
    [Spec("MQTT-3.3.2-6")]
    public async Task A_message_that_did_not_wait_has_its_whole_time_left()
    {
        using var client = await SubscribedAsync("c", "t", 1);
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("30 [ {'t'} [ 02 00 00 00 1E ] 'x' ]");
        await client.ExpectAsync("30 [ {'t'} [ 02 00 00 00 1E ] 'x' ]");
    }

    [Test]
    [Spec("MQTT-3.3.2-5")]
    [Spec("MQTT-3.3.2-6")]
    public async Task A_queued_message_has_less_time_left_and_one_that_has_none_is_dropped([Values(1, 2)] int quality)
    {
        await LeaveAsync(await SubscribedAsync("c", "t", quality));
        using var publisher = await ConnectAsync("p");
        await PublishAsync(publisher, 1, "02 00 00 00 05", "short");
        await PublishAsync(publisher, 2, "02 00 00 00 1E", "long");
        await PublishAsync(publisher, 3, "", "ever");
        await AdvanceAsync(10);

        using var back = await ComeBackAsync("c");
        var first = await back.ReadDeliveryAsync();
        Assert.That((first.Payload, first.Properties), Is.EqualTo(("long", "0200000014")));
        var second = await back.ReadDeliveryAsync();
        Assert.That((second.Payload, second.Properties), Is.EqualTo(("ever", "")));
        await back.ExpectNothingAsync();

        async Task PublishAsync(WireClient client, int identifier, string properties, string payload)
        {
            await client.SendAsync($"34 [ {{'t'}} 00 {identifier:X2} [ {properties} ] '{payload}' ]");
            await client.ExchangeAsync($"62 [ 00 {identifier:X2} ]", $"50 [ 00 {identifier:X2} ] 70 [ 00 {identifier:X2} ]");
        }
    }

    [Test]
    [Spec("MQTT-3.3.2-5")]
    [Spec("MQTT-3.3.2-6")]
    public async Task A_retained_message_has_less_time_left_and_then_is_gone()
    {
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("31 [ {'t'} [ 02 00 00 00 1E ] 'x' ]");
        await publisher.ExpectNothingAsync();
        await AdvanceAsync(10);
        using var client = await ConnectAsync("c");
        await client.SubscribeAsync("t");
        await client.ExpectAsync("31 [ {'t'} [ 02 00 00 00 14 ] 'x' ]");

        await AdvanceAsync(20);
        await client.SubscribeAsync("t");
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.3.2-5")]
    public async Task A_message_that_waits_for_the_receive_maximum_may_expire_there()
    {
        using var client = await SubscribedAsync("c", "t", 1, "21 00 01");
        using var publisher = await ConnectAsync("p");
        await publisher.ExchangeAsync("32 [ {'t'} 00 01 [] 'first' ]", "40 [ 00 01 ]");
        await publisher.ExchangeAsync("32 [ {'t'} 00 02 [ 02 00 00 00 05 ] 'short' ]", "40 [ 00 02 ]");
        await publisher.ExchangeAsync("32 [ {'t'} 00 03 [] 'third' ]", "40 [ 00 03 ]");
        var first = await client.ReadDeliveryAsync();
        await AdvanceAsync(6);
        await client.SendAsync($"40 [ {first.Identifier} ]");
        Assert.That((await client.ReadAcknowledgedAsync()).Payload, Is.EqualTo("third"));
    }

    [Test]
    [Spec("MQTT-3.3.2-7")]
    public async Task A_topic_alias_ends_with_its_connection()
    {
        var client = await ConnectAsync("c", "11 00 00 00 3C");
        await client.SendAsync("30 [ {'t'} [ 23 00 01 ] ]");
        await client.ExpectNothingAsync();
        await LoseAsync(client);

        using var back = await ComeBackAsync("c");
        await back.SendAsync("30 [ {} [ 23 00 01 ] ]");
        await back.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [Test]
    [Spec("MQTT-3.3.2-7")]
    public async Task Topic_aliases_of_two_clients_are_their_own()
    {
        using var watcher = await SubscribedAsync("w", "#", 0);
        using var first = await ConnectAsync("first");
        using var second = await ConnectAsync("second");
        await first.SendAsync("30 [ {'one'} [ 23 00 01 ] ]");
        await watcher.ExpectAsync("30 [ {'one'} [] ]");
        await second.SendAsync("30 [ {'two'} [ 23 00 01 ] ]");
        await watcher.ExpectAsync("30 [ {'two'} [] ]");
        await first.SendAsync("30 [ {} [ 23 00 01 ] ]");
        await watcher.ExpectAsync("30 [ {'one'} [] ]");
    }

    [Test]
    [Spec("MQTT-3.3.2-12")]
    public async Task A_topic_alias_may_be_set_anew_and_used_at_every_QoS()
    {
        using var watcher = await SubscribedAsync("w", "#", 0);
        using var client = await ConnectAsync("c");
        await client.SendAsync("30 [ {'one'} [ 23 00 01 ] ] 32 [ {} 00 01 [ 23 00 01 ] ] 34 [ {'two'} 00 02 [ 23 00 01 ] ] 30 [ {} [ 23 00 01 ] ]");
        await watcher.ExpectAsync("30 [ {'one'} [] ] 30 [ {'one'} [] ] 30 [ {'two'} [] ] 30 [ {'two'} [] ]");
    }

    [TestCase("30 [ {'t'} [ 23 00 00 ] ]", ReasonCode.TopicAliasInvalid)]
    [TestCase("30 [ {} [ 23 00 00 ] ]", ReasonCode.TopicAliasInvalid)]
    [TestCase("30 [ {} [ 23 00 05 ] ]", ReasonCode.ProtocolError, Description = "an alias that stands for nothing")]
    [TestCase("30 [ {} [] ]", ReasonCode.ProtocolError, Description = "neither topic nor alias")]
    [TestCase("30 [ {} [ 0B 01 ] ]", ReasonCode.ProtocolError)]
    [Spec("MQTT-3.3.2-8")]
    [Spec("MQTT-4.7.3-1")]
    public async Task A_topic_alias_that_stands_for_no_topic_ends_the_connection(string packet, ReasonCode reason)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync(packet);
        await client.ExpectDisconnectAsync(reason);
    }

    [Test]
    [Spec("MQTT-3.3.4-1")]
    public async Task A_message_is_answered_as_its_QoS_asks()
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync("30 [ {'t'} [] ]");
        await client.ExpectNothingAsync();
        await client.ExchangeAsync("32 [ {'t'} 00 0A [] ]", "40 [ 00 0A ]");
        await client.ExchangeAsync("34 [ {'t'} 00 0B [] ]", "50 [ 00 0B ]");
    }

    [TestCase("", "0B 01", "t/#", "t/+")]
    [TestCase("0B 01", "0B 02", "t/#", "t/+")]
    [TestCase("0B 01", "0B 01", "t/x", "#")]
    [Spec("MQTT-3.3.4-2")]
    [Spec("MQTT-3.3.4-3")]
    [Spec("MQTT-3.3.4-4")]
    public async Task Subscriptions_that_overlap_bring_one_copy_of_the_highest_QoS_with_all_identifiers(
        string first, string second, string firstFilter, string secondFilter)
    {
        using var client = await ConnectAsync("c");
        await client.SubscribeAsync(firstFilter, 2, first);
        await client.SubscribeAsync(secondFilter, 1, second);
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("34 [ {'t/x'} 00 01 [] 'x' ]");

        var delivery = await client.ReadAcknowledgedAsync();
        Assert.That(delivery.QualityOfService, Is.EqualTo(2));
        Assert.That(
            Enumerable.Range(0, delivery.Properties.Length / 4).Select(i => delivery.Properties.Substring(i * 4, 4)),
            Is.EquivalentTo(new[] { first, second }.Where(static text => text.Length > 0).Select(static text => Wire.Hex(Wire.Bytes(text)))));
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.3.4-3")]
    public async Task A_subscription_identifier_comes_with_retained_queued_and_sent_again_messages()
    {
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("31 [ {'t'} [] 'retained' ]");
        await publisher.ExpectNothingAsync();
        var client = await ConnectAsync("c", "11 00 00 00 3C");
        await client.SubscribeAsync("t", 1, "0B 2A");
        await client.ExpectAsync("31 [ {'t'} [ 0B 2A ] 'retained' ]");
        await publisher.SendAsync("32 [ {'t'} 00 01 [] 'unacknowledged' ]");
        Assert.That((await client.ReadDeliveryAsync()).Properties, Is.EqualTo("0B2A"));
        await LoseAsync(client);
        await publisher.ExchangeAsync("32 [ {'t'} 00 01 [] 'queued' ]", "40 [ 00 01 ] 40 [ 00 01 ]");

        using var back = await ComeBackAsync("c");
        Assert.That((await back.ReadDeliveryAsync()).Properties, Is.EqualTo("0B2A"));
        Assert.That((await back.ReadDeliveryAsync()).Properties, Is.EqualTo("0B2A"));
    }

    [TestCase("0B 02", "0B02")]
    [TestCase("", "")]
    [Spec("MQTT-3.3.4-3")]
    public async Task The_identifier_of_a_subscription_that_was_replaced_is_that_of_the_new_one(string properties, string expected)
    {
        using var client = await ConnectAsync("c");
        await client.SubscribeAsync("t", properties: "0B 01");
        await client.SubscribeAsync("t", properties: properties);
        await client.SendAsync("30 [ {'t'} [] ]");
        Assert.That((await client.ReadDeliveryAsync()).Properties, Is.EqualTo(expected));
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.3.4-6")]
    public async Task A_subscription_identifier_from_a_client_is_a_protocol_error()
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync("30 [ {'t'} [ 0B 01 ] ]");
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }
}
