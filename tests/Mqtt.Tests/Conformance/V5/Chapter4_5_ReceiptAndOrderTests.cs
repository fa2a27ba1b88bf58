using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Sections 4.5 and 4.6.</summary>
public sealed class Chapter4_5_ReceiptAndOrderTests : V5Fixture
{
    [Test]
    [Spec("MQTT-4.5.0-1")]
    public async Task Every_session_with_a_matching_subscription_gets_the_message_connected_or_not()
    {
        using var here = await SubscribedAsync("here", "a/+", 1);
        using var older = await SubscribedAsync("also-here", "#", 2);
        await LoseAsync(await SubscribedAsync("away", "a/b", 1));
        using var publisher = await ConnectAsync("p");
        await publisher.ExchangeAsync("34 [ {'a/b'} 00 01 [] 'x' ]", "50 [ 00 01 ]");

        Assert.That((await here.ReadAcknowledgedAsync()).Payload, Is.EqualTo("x"));
        Assert.That((await older.ReadAcknowledgedAsync()).Payload, Is.EqualTo("x"));
        using var back = await ComeBackAsync("away");
        Assert.That((await back.ReadAcknowledgedAsync()).Payload, Is.EqualTo("x"));
    }

    [Test]
    [Spec("MQTT-4.6.0-2")]
    [Spec("MQTT-4.6.0-3")]
    public async Task Acknowledgements_come_in_the_order_of_the_messages()
    {
        using var client = await ConnectAsync("c");
        var sent = Enumerable.Range(1, 60).Select(static i => (Identifier: $"01 {i:X2}", Quality: 1 + (i % 2))).ToArray();
        await client.SendAsync(string.Concat(sent.Select(static message => $"3{message.Quality * 2} [ {{'t'}} {message.Identifier} [] ]")));
        await client.ExpectAsync(string.Concat(sent.Select(static message => $"{(message.Quality == 1 ? "40" : "50")} [ {message.Identifier} ]")));
    }

    [Test]
    [Spec("MQTT-4.6.0-4")]
    public async Task PUBRELs_come_in_the_order_of_the_PUBRECs()
    {
        using var client = await SubscribedAsync("c", "t", 2);
        using var publisher = await ConnectAsync("p");
        for (var i = 1; i <= 5; i++)
        {
            await publisher.SendAsync($"34 [ {{'t'}} 00 {i:X2} [] ]");
        }

        var identifiers = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            identifiers.Add((await client.ReadDeliveryAsync()).Identifier);
        }

        identifiers.Reverse();
        await client.SendAsync(string.Concat(identifiers.Select(static identifier => $"50 [ {identifier} ]")));
        await client.ExpectAsync(string.Concat(identifiers.Select(static identifier => $"62 [ {identifier} ]")));
    }

    [Test]
    [Spec("MQTT-4.6.0-5")]
    [Spec("MQTT-4.6.0-6")]
    public async Task Messages_of_a_publisher_come_in_order_at_each_QoS_also_through_a_small_window([Values(0, 1, 2)] int quality)
    {
        const int Count = 200;
        using var client = await SubscribedAsync("c", "#", quality, "21 00 03");
        using var publisher = await ConnectAsync("p");
        for (var i = 0; i < Count; i++)
        {
            await publisher.SendAsync($"3{quality * 2} [ {{'t/{i % 2}'}} {(quality == 0 ? "" : $"{(i + 1) >> 8:X2} {(i + 1) & 0xFF:X2}")} [] '{i}' ]");
        }

        for (var i = 0; i < Count; i++)
        {
            var delivery = await client.ReadDeliveryAsync();
            Assert.That(delivery.Payload, Is.EqualTo($"{i}"));
            if (quality == 1)
            {
                await client.SendAsync($"40 [ {delivery.Identifier} ]");
            }
            else if (quality == 2)
            {
                await client.SendAsync($"50 [ {delivery.Identifier} 80 ]"); // ends it at once
            }
        }
    }

    [Test]
    [Spec("MQTT-4.6.0-5")]
    [Spec("MQTT-4.6.0-6")]
    public async Task Order_is_kept_over_a_reconnect_in_the_middle()
    {
        var client = await SubscribedAsync("c", "t", 1, "21 00 02 11 00 00 00 3C");
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync(string.Concat(Enumerable.Range(1, 6).Select(static i => $"32 [ {{'t'}} 00 {i:X2} [] '{i}' ]")));
        Assert.That((await client.ReadAcknowledgedAsync()).Payload, Is.EqualTo("1"));
        Assert.That((await client.ReadDeliveryAsync()).Payload, Is.EqualTo("2"));
        await LoseAsync(client);

        using var back = await ComeBackAsync("c");
        for (var i = 2; i <= 6; i++)
        {
            Assert.That((await back.ReadAcknowledgedAsync()).Payload, Is.EqualTo($"{i}"));
        }
    }
}
