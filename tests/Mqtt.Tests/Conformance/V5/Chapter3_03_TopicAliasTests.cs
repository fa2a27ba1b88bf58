using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Section 3.3.2.3.4: topic aliases of clients.</summary>
public sealed class Chapter3_03_TopicAliasTests : V5Fixture
{
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
}
