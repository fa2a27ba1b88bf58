using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>A broker that refuses messages because a queue is full.</summary>
public sealed class Chapter4_3_FullQueueTests : V5Fixture
{
    private protected override void Configure(MqttOptions options)
    {
        options.Limits.MaxQueued = 1;
    }

    [Test]
    [Spec("MQTT-3.4.2-1")]
    public async Task QoS_1_that_not_everybody_could_be_given_is_told_0x97()
    {
        await LeaveAsync(await SubscribedAsync("c", "t", 1));
        using var publisher = await ConnectAsync("p");
        await publisher.ExchangeAsync("32 [ {'t'} 00 01 [] 'one' ]", "40 [ 00 01 ]");
        await publisher.ExchangeAsync("32 [ {'t'} 00 02 [] 'two' ]", "40 [ 00 02 97 ]");
    }

    [Test]
    [Spec("MQTT-3.5.2-1")]
    [Spec("MQTT-4.3.3-9")]
    public async Task After_a_PUBREC_that_is_a_failure_the_same_identifier_is_a_new_message()
    {
        await LeaveAsync(await SubscribedAsync("c", "t", 1));
        using var publisher = await ConnectAsync("p");
        await publisher.ExchangeAsync("34 [ {'t'} 00 01 [] 'one' ]", "50 [ 00 01 ]");
        await publisher.ExchangeAsync("34 [ {'t'} 00 02 [] 'two' ]", "50 [ 00 02 97 ]");
        using var back = await ComeBackAsync("c");
        Assert.That((await back.ReadAcknowledgedAsync()).Payload, Is.EqualTo("one"));
        await back.ExpectNothingAsync();

        await publisher.ExchangeAsync("34 [ {'t'} 00 02 [] 'three' ]", "50 [ 00 02 ]");
        Assert.That((await back.ReadAcknowledgedAsync()).Payload, Is.EqualTo("three"));
        await publisher.ExchangeAsync("62 [ 00 02 ]", "70 [ 00 02 ]");
    }
}
