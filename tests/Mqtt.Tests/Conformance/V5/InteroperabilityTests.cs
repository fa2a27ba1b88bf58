namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Clients of 3.1.1 and of 5.0 on one broker: each sees the messages of the other in its own version.</summary>
public sealed class InteroperabilityTests : V5Fixture
{
    [Test]
    public async Task A_3_1_1_subscriber_gets_a_5_0_message_without_its_properties([Values(0, 1, 2)] int quality)
    {
        using var old = await ConnectOldAsync("old");
        await old.ExchangeAsync($"82 [ 00 01 {{'t'}} {quality:X2} ]", $"90 [ 00 01 {quality:X2} ]");
        using var modern = await ConnectAsync("modern");
        await modern.SendAsync($"3{quality * 2} [ {{'t'}} {(quality == 0 ? "" : "00 01")} [ 01 01 02 00 00 00 3C 03 {{'type'}} 23 00 01 26 {{'n'}} {{'v'}} ] 'x' ]");
        var heard = await old.ReadAsync("a PUBLISH");
        Assert.That(heard.Hex, quality == 0 ? Is.EqualTo(Wire.Hex("30 [ {'t'} 'x' ]")) : Does.StartWith($"3{quality * 2}06000174").And.EndsWith("78"));
    }

    [Test]
    public async Task A_5_0_subscriber_gets_a_3_1_1_message_with_no_properties_but_its_own_identifier()
    {
        using var modern = await ConnectAsync("modern");
        await modern.SubscribeAsync("t", 0, "0B 05");
        using var old = await ConnectOldAsync("old");
        await old.SendAsync("30 [ {'t'} 'x' ]");
        await modern.ExpectAsync("30 [ {'t'} [ 0B 05 ] 'x' ]");
    }

    [Test]
    public async Task A_message_for_a_3_1_1_client_that_is_away_expires_like_others()
    {
        await LoseAsync(await SubscribedOldAsync("old"));
        using var modern = await ConnectAsync("modern");
        await modern.ExchangeAsync("32 [ {'t'} 00 01 [ 02 00 00 00 05 ] 'short' ]", "40 [ 00 01 ]");
        await modern.ExchangeAsync("32 [ {'t'} 00 02 [] 'ever' ]", "40 [ 00 02 ]");
        await AdvanceAsync(6);

        using var back = await ConnectOldAsync("old", flags: "00");
        Assert.That((await back.ReadAsync("a PUBLISH")).Hex, Does.EndWith(Wire.Hex("'ever'")));
    }

    [Test]
    public async Task A_session_may_be_taken_up_in_the_other_version()
    {
        await LoseAsync(await SubscribedOldAsync("c"));
        using var modern = await ConnectAsync("p");
        await modern.ExchangeAsync("32 [ {'t'} 00 01 [ 26 {'n'} {'v'} ] 'x' ]", "40 [ 00 01 ]");
        using var back = await ComeBackAsync("c");
        var delivery = await back.ReadAcknowledgedAsync();
        Assert.That((delivery.Payload, delivery.Properties), Is.EqualTo(("x", Wire.Hex("26 {'n'} {'v'}"))));
    }

    [Test]
    public async Task A_5_0_client_that_a_3_1_1_client_sends_away_is_told_why_and_the_other_way_round_is_closed()
    {
        using var modern = await ConnectAsync("c");
        using var old = await ConnectOldAsync("c");
        await modern.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
        using var again = await ConnectAsync("c");
        await old.ExpectCloseAsync();
    }

    [Test]
    public async Task A_will_of_5_0_reaches_3_1_1_after_its_delay()
    {
        using var old = await ConnectOldAsync("old");
        await old.ExchangeAsync("82 [ 00 01 {'w'} 00 ]", "90 [ 00 01 00 ]");
        await LoseAsync(await ConnectAsync("c", "11 00 00 00 3C", flags: "06", rest: "[ 18 00 00 00 05 03 {'type'} ] {'w'} {'gone'}"));
        await AdvanceAsync(4);
        await old.ExpectNothingAsync();
        await AdvanceAsync(1);
        await old.ExpectAsync("30 [ {'w'} 'gone' ]");
    }

    private async Task<WireClient> ConnectOldAsync(string clientIdentifier, string flags = "02")
    {
        var client = await OpenAsync();
        await client.SendAsync($"10 [ {{'MQTT'}} 04 {flags} 00 3C {{'{clientIdentifier}'}} ]");
        var answer = await client.ReadAsync("CONNACK");
        Assert.That(answer.Body[1], Is.Zero);
        return client;
    }

    private async Task<WireClient> SubscribedOldAsync(string clientIdentifier)
    {
        var client = await ConnectOldAsync(clientIdentifier, flags: "00");
        await client.ExchangeAsync("82 [ 00 01 {'t'} 01 ]", "90 [ 00 01 01 ]");
        return client;
    }
}
