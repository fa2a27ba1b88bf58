using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

public sealed class Chapter3_14_DisconnectTests : V5Fixture
{
    [TestCase("01")]
    [TestCase("7F")]
    [TestCase("FF")]
    [TestCase("8E", Description = "a code of servers")]
    [TestCase("8D")]
    [TestCase("85", Description = "a code of CONNACK")]
    [Spec("MQTT-3.14.2-1")]
    public async Task A_code_that_a_client_may_not_send_is_a_protocol_error(string code)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync($"E0 [ {code} ]");
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [TestCase("00")]
    [TestCase("04")]
    [TestCase("80")]
    [TestCase("81")]
    [TestCase("82")]
    [TestCase("83")]
    [TestCase("90")]
    [TestCase("93")]
    [TestCase("94")]
    [TestCase("95")]
    [TestCase("96")]
    [TestCase("97")]
    [TestCase("98")]
    [TestCase("99")]
    [Spec("MQTT-3.14.2-1")]
    [Spec("MQTT-3.14.4-1")]
    public async Task A_code_that_a_client_may_send_is_answered_by_a_close_alone(string code)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync($"E0 [ {code} [ 1F {{'because'}} 26 {{'n'}} {{'v'}} ] ]");
        await client.ExpectCloseAsync();
    }

    [TestCase("00 00", ReasonCode.MalformedPacket)]
    [TestCase("36 [ {'t'} 00 01 [] ]", ReasonCode.MalformedPacket)]
    [TestCase("30 [ {} [] ]", ReasonCode.ProtocolError)]
    [TestCase("30 [ {'#'} [] ]", ReasonCode.TopicNameInvalid)]
    [TestCase("30 [ {'t'} [ 23 FF FF ] ]", ReasonCode.TopicAliasInvalid)]
    [TestCase("30 FF FF FF 7F", ReasonCode.PacketTooLarge)]
    [Spec("MQTT-3.14.2-1")]
    [Spec("MQTT-3.14.2-2")]
    [Spec("MQTT-3.14.4-2")]
    [Spec("MQTT-4.13.1-1")]
    [Spec("MQTT-4.13.2-1")]
    public async Task The_broker_says_why_it_ends_a_connection_and_closes_it(string packet, ReasonCode reason)
    {
        using var client = await ConnectAsync("c", "11 00 00 00 3C");
        await client.SendAsync(packet);
        var disconnect = await client.ExpectDisconnectAsync(reason);
        Assert.That(Properties.Identifiers(disconnect.DisconnectProperties), Is.SubsetOf(new[] { 0x1F, 0x26, 0x1C }));
    }

    [Test]
    [Spec("MQTT-3.14.2-3")]
    public async Task A_reason_that_would_be_too_long_for_the_client_is_left_out()
    {
        using var client = await ConnectAsync("c", "27 00 00 00 14");
        await client.SendAsync("00 00");
        await client.ExpectAsync("E0 [ 81 ]");
        await client.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-3.14.4-1")]
    public async Task What_follows_a_DISCONNECT_is_not_looked_at()
    {
        using var watcher = await SubscribedAsync("w", "t", 0);
        using var client = await ConnectAsync("c");
        await client.SendAsync("E0 00 30 [ {'t'} [] ] C0 00");
        await client.ExpectCloseAsync();
        await watcher.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.14.4-1")]
    public async Task What_follows_a_fault_is_not_looked_at()
    {
        using var watcher = await SubscribedAsync("w", "t", 0);
        using var client = await ConnectAsync("c");
        await client.SendAsync("C1 00 30 [ {'t'} [] ] C0 00");
        await client.ExpectDisconnectAsync(ReasonCode.MalformedPacket);
        await watcher.ExpectNothingAsync();
    }

    [Test]
    public async Task A_session_expiry_that_CONNECT_did_not_have_is_a_protocol_error()
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync("E0 [ 00 [ 11 00 00 00 05 ] ]");
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [TestCase("11 00 00 00 00", 0, false)]
    [TestCase("11 00 00 00 05", 4, true)]
    [TestCase("11 00 00 00 05", 6, false)]
    [TestCase("11 00 00 00 78", 119, true)]
    [TestCase("", 59, true)]
    [TestCase("", 61, false)]
    [Spec("MQTT-4.1.0-2")]
    public async Task A_session_expiry_in_DISCONNECT_takes_the_place_of_that_of_CONNECT(string properties, int seconds, bool isKept)
    {
        using var client = await ConnectAsync("c", "11 00 00 00 3C");
        await client.SendAsync($"E0 [ 00 [ {properties} ] ]");
        await client.ExpectCloseAsync();
        await AdvanceAsync(seconds);
        using var back = await ConnectAsync("c", flags: "00");
        Assert.That(back.ConnAck!.Body[0], Is.EqualTo(isKept ? 1 : 0));
    }

    [Test]
    public async Task A_server_that_stops_says_so()
    {
        using var client = await ConnectAsync("c");
        await Broker.Broker.CloseListenersAsync();
        await client.ExpectDisconnectAsync(ReasonCode.ServerShuttingDown);
    }

    [Test]
    public async Task A_client_that_an_operator_sends_away_is_told_so()
    {
        using var client = await ConnectAsync("c");
        await Broker.Broker.DisconnectClientAsync("c");
        await client.ExpectDisconnectAsync(ReasonCode.AdministrativeAction);
    }
}
