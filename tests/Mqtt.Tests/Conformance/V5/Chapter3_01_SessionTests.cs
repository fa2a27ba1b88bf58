using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Sections 3.1.2.4, 3.1.3.1 and 3.1.4: which session a client takes up.</summary>
public sealed class Chapter3_01_SessionTests : V5Fixture
{
    [Test]
    [Spec("MQTT-3.1.3-5")]
    public async Task Client_identifiers_of_letters_and_digits_are_taken([Values("a", "0123456789ABCDEFGHIJKLM", "NOPQRSTUVWXYZabcdefghij", "klmnopqrstuvwxyz")] string identifier)
    {
        using var client = await ConnectAsync(identifier);
        await client.ExpectNothingAsync();
    }

    [Test]
    public async Task Longer_and_stranger_client_identifiers_are_taken_too([Values("with spaces / and + #", "Grüße", "a-client-identifier-that-is-longer-than-twenty-three-bytes")] string identifier)
    {
        using var client = await ConnectAsync(identifier);
        await client.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.3-2")]
    public async Task A_session_belongs_to_its_client_identifier()
    {
        var first = await ConnectAsync("first", "11 00 00 00 3C");
        await first.SubscribeAsync("t");
        await LeaveAsync(first);

        using var second = await ConnectAsync("second", "11 00 00 00 3C", flags: "00");
        Assert.That(second.ConnAck!.Body[0], Is.Zero);
        using var back = await ComeBackAsync("first");
    }

    [Test]
    [Spec("MQTT-3.1.2-4")]
    [Spec("MQTT-3.1.4-4")]
    [Spec("MQTT-3.2.2-2")]
    public async Task Clean_Start_throws_the_session_away()
    {
        var client = await ConnectAsync("c", "11 00 00 00 3C");
        await client.SubscribeAsync("t", 1);
        await LeaveAsync(client);
        using var publisher = await ConnectAsync("p");
        await publisher.ExchangeAsync("32 [ {'t'} 00 01 [] 'kept' ]", "40 [ 00 01 ]");

        using var again = await ConnectAsync("c", "11 00 00 00 3C", flags: "02");
        Assert.That(again.ConnAck!.Body[0], Is.Zero);
        await publisher.SendAsync("30 [ {'t'} [] ]");
        await publisher.ExpectNothingAsync();
        await again.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-4")]
    public async Task Clean_Start_throws_away_a_session_that_is_connected()
    {
        using var client = await ConnectAsync("c", "11 00 00 00 3C");
        await client.SubscribeAsync("t", 1);

        using var again = await ConnectAsync("c", "11 00 00 00 3C", flags: "02");
        await client.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
        Assert.That(again.ConnAck!.Body[0], Is.Zero);
        await again.SendAsync("30 [ {'t'} [] ]");
        await again.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-5")]
    [Spec("MQTT-3.1.2-23")]
    [Spec("MQTT-3.2.2-3")]
    public async Task Without_Clean_Start_the_session_goes_on()
    {
        var client = await ConnectAsync("c", "11 00 00 00 3C");
        await client.SubscribeAsync("t", 1);
        await LoseAsync(client);
        using var publisher = await ConnectAsync("p");
        await publisher.ExchangeAsync("32 [ {'t'} 00 01 [] 'kept' ]", "40 [ 00 01 ]");

        using var back = await ComeBackAsync("c");
        Assert.That((await back.ReadAcknowledgedAsync()).Payload, Is.EqualTo("kept"));
        await publisher.SendAsync("30 [ {'t'} [] 'live' ]");
        await back.ExpectAsync("30 [ {'t'} [] 'live' ]");
    }

    [Test]
    [Spec("MQTT-3.1.2-6")]
    [Spec("MQTT-3.2.2-3")]
    public async Task Without_Clean_Start_and_without_a_session_there_is_a_new_one()
    {
        var client = await ConnectAsync("c", "11 00 00 00 3C", flags: "00");
        Assert.That(client.ConnAck!.Body[0], Is.Zero);
        await LeaveAsync(client);
        using var back = await ComeBackAsync("c");
    }

    [Test]
    [Spec("MQTT-3.1.2-23")]
    public async Task A_session_without_an_expiry_interval_ends_with_its_connection([Values("", "11 00 00 00 00")] string expiry)
    {
        var client = await ConnectAsync("c", expiry);
        await LoseAsync(client);
        using var back = await ConnectAsync("c", flags: "00");
        Assert.That(back.ConnAck!.Body[0], Is.Zero);
    }

    [Test]
    [Spec("MQTT-3.1.3-6")]
    [Spec("MQTT-3.1.3-7")]
    [Spec("MQTT-3.2.2-16")]
    public async Task An_empty_client_identifier_is_given_one_that_works_as_if_sent([Values("00", "02")] string flags)
    {
        var first = await ConnectAsync("", "11 00 00 00 3C", flags);
        var second = await ConnectAsync("", "11 00 00 00 3C", flags);
        var identifier = Properties.Text(first.ConnAck!.ConnAckProperties, 0x12);
        Assert.That(identifier, Is.Not.Empty);
        Assert.That(identifier, Is.Not.EqualTo(Properties.Text(second.ConnAck!.ConnAckProperties, 0x12)));
        Assert.That(first.ConnAck.Body[0], Is.Zero);
        await LeaveAsync(first);
        await LeaveAsync(second);

        using var back = await ComeBackAsync(identifier);
        Assert.That(Properties.Identifiers(back.ConnAck!.ConnAckProperties), Does.Not.Contain(0x12));
    }

    [Test]
    [Spec("MQTT-3.1.4-3")]
    public async Task A_client_that_comes_twice_sends_the_first_away_with_0x8E()
    {
        using var first = await ConnectAsync("c");
        using var second = await ConnectAsync("c");
        await first.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
        await second.ExpectNothingAsync();
    }
}
