using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Reason strings: where there is something to tell, to clients that want it and can take it.</summary>
public sealed class ReasonStringTests : V5Fixture
{
    private const string Small = "27 00 00 00 18"; // 24 bytes: CONNACK fits, a sentence does not

    private protected override void Configure(MqttOptions options) => options.Limits.MaxSubscriptions = 1;

    [TestCase("32 [ {'$SYS/x'} 00 01 [] ]", "40 [ 00 01 87 ]", 3)]
    [TestCase("34 [ {'$SYS/x'} 00 01 [] ]", "50 [ 00 01 87 ]", 3)]
    [TestCase("82 [ 00 01 [] {'a'} 00 {'b'} 00 ]", "90 [ 00 01 [] 00 97 ]", 2)]
    [Spec("MQTT-3.1.2-29")]
    [Spec("MQTT-3.4.2-2")]
    [Spec("MQTT-3.5.2-2")]
    [Spec("MQTT-3.9.2-1")]
    public async Task A_reason_is_told_unless_the_client_does_not_want_it_or_cannot_take_it(string packet, string bare, int propertiesAt)
    {
        using var small = await ConnectAsync("small", Small);
        await small.ExchangeAsync(packet, bare);
        using var terse = await ConnectAsync("terse", "17 00");
        await terse.ExchangeAsync(packet, bare);

        using var client = await ConnectAsync("c");
        await client.SendAsync(packet);
        var answer = await client.ReadAsync("the answer");
        Assert.That(Properties.Text(Packet.Sized(answer.Body[propertiesAt..], out _), 0x1F), Is.Not.Empty);
    }

    [TestCase("", true)]
    [TestCase("27 00 00 00 0A", false)]
    [Spec("MQTT-3.2.2-19")]
    public async Task A_refused_client_is_told_why_where_it_can_take_it(string properties, bool isTold)
    {
        using var client = await OpenAsync();
        await client.SendAsync($"10 [ {{'MQTT'}} 05 02 00 3C [ 15 {{'unknown'}} {properties} ] {{'c'}} ]");
        var refusal = await client.ExpectRefusalAsync(ReasonCode.BadAuthenticationMethod);
        Assert.That(Properties.Identifiers(refusal.ConnAckProperties), isTold ? Is.EqualTo(new[] { 0x1F }) : Is.Empty);
    }
}
