using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>A broker that takes no topic aliases.</summary>
public sealed class Chapter3_02_NoAliasesTests : V5Fixture
{
    private protected override void Configure(MqttOptions options)
    {
        options.Limits.TopicAliasMax = 0;
    }

    [Test]
    [Spec("MQTT-3.2.2-18")]
    public async Task A_topic_alias_where_none_was_offered_ends_the_connection()
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync("30 [ {'t'} [ 23 00 01 ] ]");
        await client.ExpectDisconnectAsync(ReasonCode.TopicAliasInvalid);
    }
}
