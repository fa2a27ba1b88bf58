using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

public sealed class Chapter4_9_FlowControlTests : V5Fixture
{
    [TestCase(1, 1)]
    [TestCase(3, 1)]
    [TestCase(1, 2)]
    [TestCase(3, 2)]
    [Spec("MQTT-3.3.4-9")]
    [Spec("MQTT-4.9.0-1")]
    [Spec("MQTT-4.9.0-2")]
    public async Task No_more_than_the_receive_maximum_is_in_flight(int maximum, int quality)
    {
        using var client = await SubscribedAsync("c", "t", quality, $"21 00 {maximum:X2}");
        using var publisher = await ConnectAsync("p");
        for (var i = 1; i <= 8; i++)
        {
            await publisher.ExchangeAsync($"34 [ {{'t'}} 00 {i:X2} [] '{i}' ]", $"50 [ 00 {i:X2} ]");
        }

        var inFlight = new Queue<Delivery>();
        for (var i = 1; i <= maximum; i++)
        {
            inFlight.Enqueue(await client.ReadDeliveryAsync());
        }

        for (var i = maximum + 1; i <= 8; i++)
        {
            await client.ExpectNothingAsync();
            var oldest = inFlight.Dequeue().Identifier;
            if (quality == 1)
            {
                await client.SendAsync($"40 [ {oldest} ]");
            }
            else
            {
                await client.ExchangeAsync($"50 [ {oldest} ]", $"62 [ {oldest} ]");
                await client.ExpectNothingAsync(); // PUBREC does not count, PUBCOMP does
                await client.SendAsync($"70 [ {oldest} ]");
            }

            var next = await client.ReadDeliveryAsync();
            Assert.That(next.Payload, Is.EqualTo($"{i}"));
            inFlight.Enqueue(next);
        }
    }

    [Test]
    [Spec("MQTT-4.9.0-2")]
    public async Task A_PUBREC_that_is_a_failure_makes_room()
    {
        using var client = await SubscribedAsync("c", "t", 2, "21 00 01");
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("34 [ {'t'} 00 01 [] '1' ] 34 [ {'t'} 00 02 [] '2' ]");
        await client.SendAsync($"50 [ {(await client.ReadDeliveryAsync()).Identifier} 80 ]");
        Assert.That((await client.ReadDeliveryAsync()).Payload, Is.EqualTo("2"));
    }

    [Test]
    [Spec("MQTT-3.3.4-10")]
    [Spec("MQTT-4.9.0-3")]
    public async Task Everything_else_goes_on_while_the_receive_maximum_is_reached()
    {
        using var client = await SubscribedAsync("c", "t", 1, "21 00 01");
        using var publisher = await ConnectAsync("p");
        await publisher.ExchangeAsync("32 [ {'t'} 00 01 [] '1' ] 32 [ {'t'} 00 02 [] '2' ]", "40 [ 00 01 ] 40 [ 00 02 ]");
        await client.ReadDeliveryAsync();

        await client.ExpectNothingAsync(); // PINGREQ is answered
        await client.SubscribeAsync("zero");
        await publisher.SendAsync("30 [ {'zero'} [] ]");
        await client.ExpectAsync("30 [ {'zero'} [] ]");
        await client.ExchangeAsync("32 [ {'u'} 00 01 [] ]", "40 [ 00 01 ]");
        await client.ExchangeAsync("34 [ {'u'} 00 02 [] ]", "50 [ 00 02 ]");
        await client.ExchangeAsync("62 [ 00 02 ]", "70 [ 00 02 ]");
        await client.ExchangeAsync("A2 [ 00 03 [] {'zero'} ]", "B0 [ 00 03 [] 00 ]");
    }

    [Test]
    [Spec("MQTT-3.3.4-9")]
    [Spec("MQTT-4.9.0-1")]
    public async Task The_receive_maximum_of_each_connection_is_its_own()
    {
        var client = await SubscribedAsync("c", "t", 1, "21 00 05 11 00 00 00 3C");
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync(string.Concat(Enumerable.Range(1, 6).Select(static i => $"32 [ {{'t'}} 00 {i:X2} [] '{i}' ]")));
        for (var i = 1; i <= 5; i++)
        {
            await client.ReadDeliveryAsync();
        }

        await client.ExpectNothingAsync();
        await LoseAsync(client);
        using var back = await ComeBackAsync("c", "21 00 02 11 00 00 00 3C");
        Assert.That((await back.ReadDeliveryAsync()).Payload, Is.EqualTo("1"));
        Assert.That((await back.ReadDeliveryAsync()).Payload, Is.EqualTo("2"));
        await back.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.3.4-9")]
    public async Task Retained_messages_count_as_others_do()
    {
        using var client = await ConnectAsync("c", "21 00 01");
        await client.ExchangeAsync("33 [ {'t/1'} 00 01 [] '1' ] 33 [ {'t/2'} 00 02 [] '2' ]", "40 [ 00 01 ] 40 [ 00 02 ]");
        await client.SubscribeAsync("t/+", 1);
        var first = await client.ReadDeliveryAsync();
        await client.ExpectNothingAsync();
        await client.SendAsync($"40 [ {first.Identifier} ]");
        await client.ReadDeliveryAsync();
    }

    [Test]
    [Spec("MQTT-3.3.4-10")]
    public async Task PUBRELs_that_are_sent_again_do_not_wait_for_the_receive_maximum()
    {
        var client = await SubscribedAsync("c", "t", 2);
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("34 [ {'t'} 00 01 [] '1' ] 34 [ {'t'} 00 02 [] '2' ] 34 [ {'t'} 00 03 [] '3' ] 34 [ {'t'} 00 04 [] '4' ]");
        var identifiers = new List<string>();
        for (var i = 1; i <= 4; i++)
        {
            identifiers.Add((await client.ReadDeliveryAsync()).Identifier);
        }

        foreach (var identifier in identifiers.Take(3))
        {
            await client.ExchangeAsync($"50 [ {identifier} ]", $"62 [ {identifier} ]");
        }

        await LoseAsync(client);
        using var back = await ComeBackAsync("c", "21 00 01 11 00 00 00 3C");
        await back.ExpectAsync(string.Concat(identifiers.Take(3).Select(static identifier => $"62 [ {identifier} ]")));
        await back.SendAsync(string.Concat(identifiers.Take(3).Select(static identifier => $"70 [ {identifier} ]")));
        Assert.That((await back.ReadAcknowledgedAsync()).Payload, Is.EqualTo("4"));
        await back.ExpectNothingAsync();
    }
}
