using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Section 3.3.2.3.4: topic aliases that the broker sets towards a client that takes them.</summary>
public sealed class Chapter3_03_ServerTopicAliasTests : V5Fixture
{
    [TestCase(1)]
    [TestCase(3)]
    [Spec("MQTT-3.1.2-26")]
    [Spec("MQTT-3.3.2-8")]
    [Spec("MQTT-3.3.2-11")]
    public async Task No_alias_is_above_the_maximum_of_the_client_and_each_stands_for_its_topic(int maximum)
    {
        using var client = await SubscribedAsync("c", "topic/+", 0, $"22 00 {maximum:X2}");
        using var publisher = await ConnectAsync("p");
        var topics = new Dictionary<int, string>();
        for (var i = 0; i < 20; i++)
        {
            var topic = $"topic/{i % 5}";
            await publisher.SendAsync($"30 [ {{'{topic}'}} [] '{i}' ]");
            var delivery = await client.ReadDeliveryAsync();
            var properties = Convert.FromHexString(delivery.Properties);
            if (Properties.Identifiers(properties).Contains(0x23))
            {
                var alias = Convert.ToInt32(Properties.Value(properties, 0x23), 16);
                Assert.That(alias, Is.InRange(1, maximum));
                if (delivery.Topic.Length > 0)
                {
                    topics[alias] = delivery.Topic;
                }

                Assert.That(topics[alias], Is.EqualTo(topic));
            }
            else
            {
                Assert.That(delivery.Topic, Is.EqualTo(topic));
            }

            Assert.That(delivery.Payload, Is.EqualTo($"{i}"));
        }

        Assert.That(topics, Has.Count.EqualTo(maximum), "aliases in use");
    }

    [Test]
    [Spec("MQTT-3.1.2-26")]
    public async Task The_topic_is_left_out_once_its_alias_is_set([Values(0, 1, 2)] int quality)
    {
        using var client = await SubscribedAsync("c", "topic", quality, "22 00 05");
        using var publisher = await ConnectAsync("p");
        for (var i = 0; i < 3; i++)
        {
            await publisher.SendAsync($"3{quality * 2} [ {{'topic'}} {(quality == 0 ? "" : $"00 {i + 1:X2}")} [] ]");
            var delivery = await client.ReadAcknowledgedAsync();
            Assert.That((delivery.Topic, delivery.Properties), Is.EqualTo((i == 0 ? "topic" : "", "230001")));
        }
    }

    [Test]
    [Spec("MQTT-3.3.2-7")]
    public async Task An_alias_of_the_broker_ends_with_the_connection_too()
    {
        var client = await SubscribedAsync("c", "topic", 1, "22 00 05 11 00 00 00 3C");
        using var publisher = await ConnectAsync("p");
        await publisher.ExchangeAsync("32 [ {'topic'} 00 01 [] '1' ]", "40 [ 00 01 ]");
        Assert.That((await client.ReadDeliveryAsync()).Topic, Is.EqualTo("topic"));
        await LoseAsync(client);

        using var back = await ComeBackAsync("c");
        var again = await back.ReadAcknowledgedAsync();
        Assert.That((again.Topic, again.Properties), Is.EqualTo(("topic", "")));
    }

    [Test]
    [Spec("MQTT-3.1.2-24")]
    public async Task An_alias_does_not_make_a_message_too_large_for_its_client()
    {
        using var client = await SubscribedAsync("c", "topic", 0, "22 00 05 27 00 00 00 1E");
        using var publisher = await ConnectAsync("p");
        var fits = new string('x', 30 - 10);
        await publisher.SendAsync($"30 [ {{'topic'}} [] '{fits}' ]");
        Assert.That((await client.ReadDeliveryAsync()).Payload, Is.EqualTo(fits));
    }
}
