using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Sections 3.15 and 4.12 on a broker that knows no authentication method.</summary>
public sealed class Chapter3_15_AuthTests : V5Fixture
{
    [TestCase("F0 00")]
    [TestCase("F0 [ 00 [] ]")]
    [TestCase("F0 [ 18 [ 15 {'m'} ] ]")]
    [TestCase("F0 [ 19 [ 15 {'m'} ] ]")]
    [TestCase("F0 [ 19 [ 15 {'m'} 16 {'data'} ] ]")]
    [TestCase("F0 [ 01 [ 15 {'m'} ] ]", Description = "a code that AUTH does not have")]
    [TestCase("F0 [ 80 [ 15 {'m'} ] ]")]
    [Spec("MQTT-3.15.2-1")]
    [Spec("MQTT-4.12.0-7")]
    public async Task An_AUTH_of_a_client_that_named_no_method_is_a_protocol_error(string packet)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync(packet);
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [TestCase("15 {'unknown'}")]
    [TestCase("15 {'unknown'} 16 {'data'}")]
    [TestCase("15 {}")]
    [Spec("MQTT-4.12.0-1")]
    [Spec("MQTT-4.12.0-4")]
    public async Task An_unknown_method_is_told_0x8C(string properties)
    {
        using var client = await OpenAsync();
        await client.SendAsync($"10 [ {{'MQTT'}} 05 02 00 3C [ {properties} ] {{'c'}} ]");
        await client.ExpectRefusalAsync(ReasonCode.BadAuthenticationMethod);
    }

    [Test]
    [Spec("MQTT-4.12.0-6")]
    public async Task A_client_that_named_no_method_is_told_none()
    {
        using var client = await ConnectAsync("c", flags: "C2", rest: "{'user'} {'password'}");
        Assert.That(Properties.Identifiers(client.ConnAck!.ConnAckProperties), Has.None.AnyOf(0x15, 0x16));
        await client.ExpectNothingAsync();
    }

    [TestCase("30 [ {'t'} [] ]")]
    [TestCase("82 [ 00 01 [] {'t'} 00 ]")]
    [Spec("MQTT-3.1.2-30")]
    [Spec("MQTT-3.1.4-6")]
    public async Task What_is_sent_after_a_refused_method_is_not_looked_at(string packet)
    {
        using var watcher = await SubscribedAsync("w", "t", 0);
        using var client = await OpenAsync();
        await client.SendAsync($"10 [ {{'MQTT'}} 05 02 00 3C [ 15 {{'unknown'}} ] {{'c'}} ] {packet}");
        await client.ExpectRefusalAsync(ReasonCode.BadAuthenticationMethod);
        await watcher.ExpectNothingAsync();
    }
}
