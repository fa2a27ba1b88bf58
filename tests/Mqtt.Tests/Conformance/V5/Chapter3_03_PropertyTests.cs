using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Section 3.3.2.3: what is passed on with a message, and for how long it lives.</summary>
public sealed class Chapter3_03_PropertyTests : V5Fixture
{
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
        Assert.That((await client.ReadAcknowledgedAsync()).Properties, Is.EqualTo(Wire.Hex(properties)));

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
        Assert.That(properties, Does.Contain(Wire.Hex("26 {'z'} {'1'} 26 {'a'} {'2'} 26 {'z'} {'0'}")));
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
        Assert.That((await back.ReadAcknowledgedAsync()).Properties, Is.EqualTo(Wire.Hex(All)));
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
}
