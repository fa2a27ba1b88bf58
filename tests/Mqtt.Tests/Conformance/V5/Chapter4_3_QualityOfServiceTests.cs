using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Sections 4.3 and 4.4: delivery at each QoS, and what is sent again.</summary>
public sealed class Chapter4_3_QualityOfServiceTests : V5Fixture
{
    [Test]
    [Spec("MQTT-4.3.1-1")]
    public async Task QoS_0_is_delivered_without_DUP_and_not_again()
    {
        var client = await SubscribedAsync("c", "t", 0);
        await client.ExchangeAsync("30 [ {'t'} [] 'x' ]", "30 [ {'t'} [] 'x' ]");
        await LoseAsync(client);
        using var back = await ComeBackAsync("c");
        await back.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-4.3.2-2")]
    [Spec("MQTT-4.3.2-3")]
    [Spec("MQTT-4.3.2-4")]
    public async Task QoS_1_is_acknowledged_and_delivered_until_it_is_acknowledged()
    {
        var client = await SubscribedAsync("c", "t", 1);
        using var publisher = await ConnectAsync("p");
        await publisher.ExchangeAsync("32 [ {'t'} 12 34 [] 'x' ]", "40 [ 12 34 ]");
        var first = await client.ReadDeliveryAsync();
        Assert.That((first.QualityOfService, first.Duplicate), Is.EqualTo((1, false)));
        await LoseAsync(client);

        client = await ComeBackAsync("c");
        var again = await client.ReadDeliveryAsync();
        Assert.That(again, Is.EqualTo(first with { Duplicate = true }));
        await client.SendAsync($"40 [ {again.Identifier} ]");
        await client.ExpectNothingAsync();
        await LoseAsync(client);

        using var back = await ComeBackAsync("c");
        await back.ExpectNothingAsync();
    }

    [TestCase("32")]
    [TestCase("3A", Description = "with DUP, too")]
    [Spec("MQTT-4.3.2-5")]
    public async Task After_PUBACK_the_same_identifier_is_a_new_message(string firstByte)
    {
        using var client = await SubscribedAsync("c", "t", 0);
        using var publisher = await ConnectAsync("p");
        await publisher.ExchangeAsync("32 [ {'t'} 00 01 [] 'one' ]", "40 [ 00 01 ]");
        await publisher.ExchangeAsync($"{firstByte} [ {{'t'}} 00 01 [] 'two' ]", "40 [ 00 01 ]");
        await client.ExpectAsync("30 [ {'t'} [] 'one' ] 30 [ {'t'} [] 'two' ]");
    }

    [Test]
    [Spec("MQTT-4.3.3-2")]
    [Spec("MQTT-4.3.3-4")]
    [Spec("MQTT-4.3.3-8")]
    [Spec("MQTT-4.3.3-11")]
    public async Task QoS_2_goes_through_its_four_packets_on_both_sides()
    {
        using var client = await SubscribedAsync("c", "t", 2);
        using var publisher = await ConnectAsync("p");
        await publisher.ExchangeAsync("34 [ {'t'} 12 34 [] 'x' ]", "50 [ 12 34 ]");
        await publisher.ExchangeAsync("62 [ 12 34 ]", "70 [ 12 34 ]");
        var delivery = await client.ReadDeliveryAsync();
        Assert.That((delivery.QualityOfService, delivery.Duplicate), Is.EqualTo((2, false)));
        await client.ExchangeAsync($"50 [ {delivery.Identifier} ]", $"62 [ {delivery.Identifier} ]");
        await client.SendAsync($"70 [ {delivery.Identifier} ]");
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-4.3.3-3")]
    [Spec("MQTT-4.3.3-5")]
    [Spec("MQTT-4.3.3-6")]
    [Spec("MQTT-4.4.0-1")]
    public async Task QoS_2_goes_on_where_it_was_broken_off()
    {
        var client = await SubscribedAsync("c", "t", 2);
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("34 [ {'t'} 00 01 [] 'x' ]");
        var first = await client.ReadDeliveryAsync();
        await LoseAsync(client);

        client = await ComeBackAsync("c");
        Assert.That(await client.ReadDeliveryAsync(), Is.EqualTo(first with { Duplicate = true }));
        await client.ExchangeAsync($"50 [ {first.Identifier} ]", $"62 [ {first.Identifier} ]");
        await LoseAsync(client);

        client = await ComeBackAsync("c");
        await client.ExpectAsync($"62 [ {first.Identifier} ]"); // and no PUBLISH
        await client.ExpectNothingAsync();
        await client.SendAsync($"70 [ {first.Identifier} ]");
        await client.ExpectNothingAsync();
        await LoseAsync(client);

        using var back = await ComeBackAsync("c");
        await back.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-4.3.3-7")]
    [Spec("MQTT-4.3.3-13")]
    public async Task A_message_that_was_sent_does_not_expire([Values(1, 2)] int quality)
    {
        var client = await SubscribedAsync("c", "t", quality);
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("34 [ {'t'} 00 01 [ 02 00 00 00 05 ] 'x' ]");
        var first = await client.ReadDeliveryAsync();
        await LoseAsync(client);
        await AdvanceAsync(10);

        using var back = await ComeBackAsync("c");
        var again = await back.ReadAcknowledgedAsync();
        Assert.That((again.Payload, again.PacketIdentifier, again.Duplicate), Is.EqualTo(("x", first.PacketIdentifier, true)));
    }

    [Test]
    [Spec("MQTT-4.3.3-13")]
    public async Task A_publisher_finishes_QoS_2_also_when_its_message_has_expired()
    {
        using var publisher = await ConnectAsync("p");
        await publisher.ExchangeAsync("34 [ {'t'} 00 01 [ 02 00 00 00 01 ] 'x' ]", "50 [ 00 01 ]");
        await AdvanceAsync(5);
        await publisher.ExchangeAsync("3C [ {'t'} 00 01 [ 02 00 00 00 01 ] 'x' ]", "50 [ 00 01 ]");
        await publisher.ExchangeAsync("62 [ 00 01 ]", "70 [ 00 01 ]");
    }

    [Test]
    [Spec("MQTT-4.3.3-10")]
    [Spec("MQTT-4.3.3-12")]
    public async Task An_identifier_of_QoS_2_is_one_message_until_it_is_released([Values("34", "3C")] string firstByte)
    {
        using var client = await SubscribedAsync("c", "t", 0);
        using var publisher = await ConnectAsync("p");
        await publisher.ExchangeAsync("34 [ {'t'} 00 01 [] 'one' ]", "50 [ 00 01 ]");
        await publisher.ExchangeAsync($"{firstByte} [ {{'t'}} 00 01 [] 'one' ]", "50 [ 00 01 ]");
        await publisher.ExchangeAsync("62 [ 00 01 ]", "70 [ 00 01 ]");
        await publisher.ExchangeAsync($"{firstByte} [ {{'t'}} 00 01 [] 'two' ]", "50 [ 00 01 ]");
        await client.ExpectAsync("30 [ {'t'} [] 'one' ] 30 [ {'t'} [] 'two' ]");
        await client.ExpectNothingAsync();
    }

    [Test]
    public async Task QoS_1_and_2_of_one_client_may_be_mixed()
    {
        using var client = await SubscribedAsync("c", "t", 2);
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("34 [ {'t'} 00 01 [] '1' ] 32 [ {'t'} 00 02 [] '2' ] 30 [ {'t'} [] '3' ] 34 [ {'t'} 00 04 [] '4' ]");
        await publisher.ExpectAsync("50 [ 00 01 ] 40 [ 00 02 ] 50 [ 00 04 ]");
        for (var i = 1; i <= 4; i++)
        {
            Assert.That((await client.ReadDeliveryAsync()).Payload, Is.EqualTo($"{i}"));
        }
    }

    [Test]
    [Spec("MQTT-4.4.0-1")]
    public async Task Nothing_is_sent_again_on_the_same_connection([Values(1, 2)] int quality)
    {
        using var client = await SubscribedAsync("c", "t", quality);
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("34 [ {'t'} 00 01 [] 'x' ]");
        await client.ReadDeliveryAsync();
        for (var i = 0; i < 10; i++)
        {
            await AdvanceAsync(60);
            await client.ExpectNothingAsync();
        }
    }

    [Test]
    [Spec("MQTT-4.4.0-1")]
    [Spec("MQTT-4.6.0-5")]
    public async Task What_is_sent_again_comes_in_the_order_of_the_first_time_and_before_what_is_new()
    {
        var client = await SubscribedAsync("c", "t", 2);
        using var publisher = await ConnectAsync("p");
        await publisher.ExchangeAsync(
            "32 [ {'t'} 00 01 [] '1' ] 34 [ {'t'} 00 02 [] '2' ] 32 [ {'t'} 00 03 [] '3' ] 34 [ {'t'} 00 04 [] '4' ]",
            "40 [ 00 01 ] 50 [ 00 02 ] 40 [ 00 03 ] 50 [ 00 04 ]");
        var sent = new List<Delivery>();
        for (var i = 0; i < 4; i++)
        {
            sent.Add(await client.ReadDeliveryAsync());
        }

        await client.ExchangeAsync($"50 [ {sent[1].Identifier} ]", $"62 [ {sent[1].Identifier} ]");
        await LoseAsync(client);
        await publisher.ExchangeAsync("32 [ {'t'} 00 05 [] '5' ]", "40 [ 00 05 ]");

        using var back = await ComeBackAsync("c");
        Assert.That(await back.ReadDeliveryAsync(), Is.EqualTo(sent[0] with { Duplicate = true }));
        await back.ExpectAsync($"62 [ {sent[1].Identifier} ]");
        Assert.That(await back.ReadDeliveryAsync(), Is.EqualTo(sent[2] with { Duplicate = true }));
        Assert.That(await back.ReadDeliveryAsync(), Is.EqualTo(sent[3] with { Duplicate = true }));
        var last = await back.ReadDeliveryAsync();
        Assert.That((last.Payload, last.Duplicate), Is.EqualTo(("5", false)));
    }

    [TestCase("40", 1)]
    [TestCase("50", 2)]
    [Spec("MQTT-4.4.0-2")]
    public async Task An_acknowledgement_that_is_a_failure_acknowledges(string firstByte, int quality)
    {
        var client = await SubscribedAsync("c", "t", quality);
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("34 [ {'t'} 00 01 [] 'x' ]");
        var delivery = await client.ReadDeliveryAsync();
        await client.SendAsync($"{firstByte} [ {delivery.Identifier} 97 ]");
        await client.ExpectNothingAsync();
        await LoseAsync(client);
        using var back = await ComeBackAsync("c");
        await back.ExpectNothingAsync();
    }
}
