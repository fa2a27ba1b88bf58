using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

public sealed class Chapter4_8_SharedSubscriptionTests : V5Fixture
{
    [TestCase("$share/g/t", "00")]
    [TestCase("$share/g/#", "00")]
    [TestCase("$share/g/+/x", "00")]
    [TestCase("$share/g//t", "00", Description = "the filter begins with a slash")]
    [TestCase("$share/$g/t", "00")]
    [TestCase("$share/g/$data/t", "00")]
    [TestCase("$share/g", "8F")]
    [TestCase("$share/g/", "8F", Description = "no filter")]
    [TestCase("$share/", "8F")]
    [TestCase("$share//t", "8F", Description = "no name")]
    [TestCase("$share/g+/t", "8F")]
    [TestCase("$share/+/t", "8F")]
    [TestCase("$share/#/t", "8F")]
    [TestCase("$share/g/t#", "8F")]
    [Spec("MQTT-4.8.2-1")]
    [Spec("MQTT-4.8.2-2")]
    public async Task A_shared_subscription_has_a_name_and_a_filter(string filter, string code)
    {
        using var client = await ConnectAsync("c");
        await client.ExchangeAsync($"82 [ 00 01 [] {{'{filter}'}} 00 ]", $"90 [ 00 01 [] {code} ]");
    }

    [TestCase("$SHARE/g/t")]
    [TestCase("$sharee/g/t")]
    [TestCase("$share")]
    [TestCase("$queue/t")]
    [Spec("MQTT-4.8.2-1")]
    public async Task Another_filter_with_a_dollar_is_an_ordinary_one(string filter)
    {
        using var first = await SubscribedAsync("first", filter, 0);
        using var second = await SubscribedAsync("second", filter, 0);
        await first.ExchangeAsync($"30 [ {{'{filter}'}} [] ]", $"30 [ {{'{filter}'}} [] ]");
        await second.ExpectAsync($"30 [ {{'{filter}'}} [] ]");
    }

    [Test]
    public async Task Each_message_goes_to_one_member_and_all_have_their_part([Values(0, 1, 2)] int quality)
    {
        using var first = await SubscribedAsync("first", "$share/g/t/+", quality);
        using var second = await SubscribedAsync("second", "$share/g/t/+", quality);
        using var publisher = await ConnectAsync("p");
        for (var i = 1; i <= 10; i++)
        {
            await publisher.SendAsync($"3{quality * 2} [ {{'t/x'}} {(quality == 0 ? "" : $"00 {i:X2}")} [] '{i}' ]");
        }

        var heard = (await HeardAsync(first), await HeardAsync(second));
        Assert.That(heard.Item1.Concat(heard.Item2), Is.EquivalentTo(Enumerable.Range(1, 10).Select(static i => $"{i}")));
        Assert.That(heard.Item1, Has.Count.GreaterThan(0));
        Assert.That(heard.Item2, Has.Count.GreaterThan(0));
    }

    [Test]
    public async Task Shares_of_other_names_and_filters_get_their_own_copy()
    {
        using var g = await SubscribedAsync("g", "$share/g/t/+", 0);
        using var h = await SubscribedAsync("h", "$share/h/t/+", 0);
        using var other = await SubscribedAsync("other", "$share/g/t/x", 0);
        using var plain = await SubscribedAsync("plain", "t/x", 0);
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("30 [ {'t/x'} [] 'x' ]");
        foreach (var client in (WireClient[])[g, h, other, plain])
        {
            await client.ExpectAsync("30 [ {'t/x'} [] 'x' ]");
            await client.ExpectNothingAsync();
        }
    }

    [Test]
    public async Task A_share_and_a_plain_subscription_of_one_client_are_two()
    {
        using var client = await SubscribedAsync("c", "$share/g/t", 0);
        await client.SubscribeAsync("t", 0);
        await client.SendAsync("30 [ {'t'} [] 'x' ]");
        await client.ExpectAsync("30 [ {'t'} [] 'x' ] 30 [ {'t'} [] 'x' ]");
        await client.ExpectNothingAsync();
        await client.ExchangeAsync("A2 [ 00 01 [] {'t'} ]", "B0 [ 00 01 [] 00 ]");
        await client.ExchangeAsync("30 [ {'t'} [] 'y' ]", "30 [ {'t'} [] 'y' ]");
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-4.8.2-3")]
    public async Task Each_member_is_served_at_its_own_QoS()
    {
        using var zero = await SubscribedAsync("zero", "$share/g/t", 0);
        using var two = await SubscribedAsync("two", "$share/g/t", 2);
        using var publisher = await ConnectAsync("p");
        for (var i = 1; i <= 6; i++)
        {
            await publisher.ExchangeAsync($"34 [ {{'t'}} 00 {i:X2} [] '{i}' ]", $"50 [ 00 {i:X2} ]");
        }

        var qualities = (await DeliveriesAsync(zero), await DeliveriesAsync(two));
        Assert.That(qualities.Item1.Select(static delivery => delivery.QualityOfService), Is.Not.Empty.And.All.EqualTo(0));
        Assert.That(qualities.Item2.Select(static delivery => delivery.QualityOfService), Is.Not.Empty.And.All.EqualTo(2));
    }

    [Test]
    public async Task A_share_brings_no_retained_messages()
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync("31 [ {'t'} [] 'kept' ]");
        await client.SubscribeAsync("$share/g/t");
        await client.ExpectNothingAsync();
    }

    [Test]
    public async Task A_shares_subscription_identifier_comes_with_its_messages()
    {
        using var client = await ConnectAsync("c");
        await client.SubscribeAsync("$share/g/t", 0, "0B 05");
        await client.ExchangeAsync("30 [ {'t'} [] ]", "30 [ {'t'} [ 0B 05 ] ]");
    }

    [Test]
    public async Task A_member_that_has_left_gets_nothing_and_costs_no_message([Values] bool unsubscribes)
    {
        using var stays = await SubscribedAsync("stays", "$share/g/t", 1);
        var leaves = await SubscribedAsync("leaves", "$share/g/t", 1, "");
        if (unsubscribes)
        {
            await leaves.ExchangeAsync("A2 [ 00 01 [] {'$share/g/t'} ]", "B0 [ 00 01 [] 00 ]");
        }
        else
        {
            await LeaveAsync(leaves);
        }

        using var publisher = await ConnectAsync("p");
        for (var i = 1; i <= 4; i++)
        {
            await publisher.ExchangeAsync($"32 [ {{'t'}} 00 {i:X2} [] '{i}' ]", $"40 [ 00 {i:X2} ]");
        }

        Assert.That(await HeardAsync(stays), Is.EqualTo(new[] { "1", "2", "3", "4" }));
        if (unsubscribes)
        {
            await leaves.ExpectNothingAsync();
        }

        leaves.Dispose();
    }

    [Test]
    public async Task Members_that_are_connected_are_served_before_those_that_are_away()
    {
        using var here = await SubscribedAsync("here", "$share/g/t", 1);
        await LoseAsync(await SubscribedAsync("away", "$share/g/t", 1));
        using var publisher = await ConnectAsync("p");
        for (var i = 1; i <= 4; i++)
        {
            await publisher.ExchangeAsync($"32 [ {{'t'}} 00 {i:X2} [] '{i}' ]", $"40 [ 00 {i:X2} ]");
        }

        Assert.That(await HeardAsync(here), Has.Count.EqualTo(4));
    }

    [Test]
    public async Task Messages_are_kept_for_a_share_all_of_whose_members_are_away()
    {
        await LoseAsync(await SubscribedAsync("away", "$share/g/t", 1));
        using var publisher = await ConnectAsync("p");
        await publisher.ExchangeAsync("32 [ {'t'} 00 01 [] 'x' ]", "40 [ 00 01 ]");
        using var back = await ComeBackAsync("away");
        Assert.That(await HeardAsync(back), Is.EqualTo(new[] { "x" }));
    }

    [Test]
    [Spec("MQTT-4.8.2-4")]
    public async Task A_QoS_2_message_is_finished_with_the_member_that_has_begun_it()
    {
        var first = await SubscribedAsync("first", "$share/g/t", 2);
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("34 [ {'t'} 00 01 [] 'x' ]");
        var delivery = await first.ReadDeliveryAsync();
        using var second = await SubscribedAsync("second", "$share/g/t", 2);
        await LoseAsync(first);
        await second.ExpectNothingAsync();

        using var back = await ComeBackAsync("first");
        Assert.That(await back.ReadAcknowledgedAsync(), Is.EqualTo(delivery with { Duplicate = true }));
        await second.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-4.8.2-5")]
    public async Task A_QoS_2_message_goes_to_nobody_else_when_the_session_of_its_member_ends()
    {
        var first = await SubscribedAsync("first", "$share/g/t", 2);
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("34 [ {'t'} 00 01 [] 'x' ]");
        var delivery = await first.ReadDeliveryAsync();
        await first.ExchangeAsync($"50 [ {delivery.Identifier} ]", $"62 [ {delivery.Identifier} ]");
        using var second = await SubscribedAsync("second", "$share/g/t", 2);
        await LoseAsync(first);
        using var anew = await ConnectAsync("first");
        await second.ExpectNothingAsync();
        await anew.ExpectNothingAsync();
    }

    [Test]
    public async Task A_QoS_1_message_goes_to_another_member_when_the_session_of_its_member_ends_unacknowledged()
    {
        var first = await SubscribedAsync("first", "$share/g/t", 1, "");
        using var publisher = await ConnectAsync("p");
        await publisher.ExchangeAsync("32 [ {'t'} 00 01 [] 'x' ]", "40 [ 00 01 ]");
        await first.ReadDeliveryAsync();
        using var second = await SubscribedAsync("second", "$share/g/t", 1);
        await LoseAsync(first);
        Assert.That((await second.ReadAcknowledgedAsync()).Payload, Is.EqualTo("x"));
    }

    [Test]
    public async Task Messages_that_wait_for_a_member_that_never_comes_back_go_to_another()
    {
        await LoseAsync(await SubscribedAsync("first", "$share/g/t", 1));
        using var publisher = await ConnectAsync("p", keepAlive: "03 84");
        await publisher.ExchangeAsync("32 [ {'t'} 00 01 [] '1' ]", "40 [ 00 01 ]");
        await publisher.ExchangeAsync("32 [ {'t'} 00 02 [] '2' ]", "40 [ 00 02 ]");
        using var second = await ConnectAsync("second", keepAlive: "03 84");
        await second.SubscribeAsync("$share/g/t", 1);
        await AdvanceAsync(61);
        Assert.That((await second.ReadAcknowledgedAsync()).Payload, Is.EqualTo("1"));
        Assert.That((await second.ReadAcknowledgedAsync()).Payload, Is.EqualTo("2"));
    }

    [TestCase(1, "40")]
    [TestCase(2, "50")]
    [Spec("MQTT-4.8.2-6")]
    public async Task A_message_that_its_member_refuses_goes_to_nobody_else(int quality, string firstByte)
    {
        using var first = await SubscribedAsync("first", "$share/g/t", quality);
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("34 [ {'t'} 00 01 [] 'x' ]");
        var delivery = await first.ReadDeliveryAsync();
        using var second = await SubscribedAsync("second", "$share/g/t", quality);
        await first.SendAsync($"{firstByte} [ {delivery.Identifier} 83 ]");
        await first.ExpectNothingAsync();
        await second.ExpectNothingAsync();
    }

    private static async Task<List<string>> HeardAsync(WireClient client) =>
        [.. (await DeliveriesAsync(client)).Select(static delivery => delivery.Payload)];

    /// <summary>Everything that was sent before the answer to a ping.</summary>
    private static async Task<List<Delivery>> DeliveriesAsync(WireClient client)
    {
        await client.SendAsync("C0 00");
        var heard = new List<Delivery>();
        while (await client.ReadAsync("PUBLISH or PINGRESP") is { Type: 3 } packet)
        {
            heard.Add(Delivery.Of(packet));
        }

        return heard;
    }
}
