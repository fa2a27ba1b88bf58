using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Sections 3.4 to 3.7: PUBACK, PUBREC, PUBREL and PUBCOMP.</summary>
public sealed class Chapter3_04_AcknowledgementTests : V5Fixture
{
    private static readonly string[] s_codes = ["00", "10", "80", "83", "87", "90", "91", "97", "99"];

    [Test]
    [Spec("MQTT-3.4.2-1")]
    [Spec("MQTT-4.4.0-2")]
    public async Task Every_code_of_PUBACK_ends_the_message([ValueSource(nameof(s_codes))] string code)
    {
        using var client = await SubscribedAsync("c", "t", 1, "21 00 01 11 00 00 00 3C");
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("32 [ {'t'} 00 01 [] '1' ] 32 [ {'t'} 00 02 [] '2' ]");
        var first = await client.ReadDeliveryAsync();
        await client.SendAsync($"40 [ {first.Identifier} {code} ]");
        Assert.That((await client.ReadDeliveryAsync()).Payload, Is.EqualTo("2"));
    }

    [Test]
    [Spec("MQTT-3.5.2-1")]
    [Spec("MQTT-4.3.3-4")]
    [Spec("MQTT-4.4.0-2")]
    public async Task A_PUBREC_is_answered_by_PUBREL_unless_its_code_is_a_failure([ValueSource(nameof(s_codes))] string code)
    {
        using var client = await SubscribedAsync("c", "t", 2, "21 00 01 11 00 00 00 3C");
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("34 [ {'t'} 00 01 [] '1' ] 34 [ {'t'} 00 02 [] '2' ]");
        var first = await client.ReadDeliveryAsync();
        await client.SendAsync($"50 [ {first.Identifier} {code} ]");
        if (string.CompareOrdinal(code, "80") < 0)
        {
            await client.ExpectAsync($"62 [ {first.Identifier} ]");
            await client.ExpectNothingAsync();
            await client.SendAsync($"70 [ {first.Identifier} ]");
        }

        Assert.That((await client.ReadDeliveryAsync()).Payload, Is.EqualTo("2"));
    }

    [TestCase("40 [ 00 01 01 ]", Description = "PUBACK")]
    [TestCase("40 [ 00 01 92 ]")]
    [TestCase("40 [ 00 01 FF ]")]
    [TestCase("50 [ 00 01 92 ]", Description = "PUBREC")]
    [TestCase("50 [ 00 01 9B ]")]
    [TestCase("62 [ 00 01 80 ]", Description = "PUBREL")]
    [TestCase("62 [ 00 01 10 ]")]
    [TestCase("70 [ 00 01 80 ]", Description = "PUBCOMP")]
    [TestCase("70 [ 00 01 91 ]")]
    [Spec("MQTT-3.4.2-1")]
    [Spec("MQTT-3.5.2-1")]
    [Spec("MQTT-3.6.2-1")]
    [Spec("MQTT-3.7.2-1")]
    public async Task A_code_of_another_packet_is_a_protocol_error(string packet)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync(packet);
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [TestCase("")]
    [TestCase("00")]
    [TestCase("00 []")]
    [TestCase("00 [ 1F {'well'} 26 {'n'} {'v'} ]")]
    public async Task An_acknowledgement_may_leave_out_code_and_properties(string rest)
    {
        using var client = await SubscribedAsync("c", "t", 2);
        using var publisher = await ConnectAsync("p");
        await publisher.ExchangeAsync("34 [ {'t'} 00 01 [] ]", "50 [ 00 01 ]");
        await publisher.ExchangeAsync($"62 [ 00 01 {rest} ]", "70 [ 00 01 ]");
        var delivery = await client.ReadDeliveryAsync();
        await client.ExchangeAsync($"50 [ {delivery.Identifier} {rest} ]", $"62 [ {delivery.Identifier} ]");
        await client.SendAsync($"70 [ {delivery.Identifier} {rest} ]");
        await client.ExpectNothingAsync();
    }

    [TestCase("00")]
    [TestCase("92")]
    [Spec("MQTT-3.6.2-1")]
    [Spec("MQTT-3.7.2-1")]
    [Spec("MQTT-4.3.3-11")]
    public async Task A_PUBREL_of_nothing_is_answered_by_PUBCOMP_0x92(string code)
    {
        using var client = await ConnectAsync("c");
        await client.ExchangeAsync($"62 [ 12 34 {code} ]", "70 [ 12 34 92 ]");
    }

    [Test]
    [Spec("MQTT-3.6.2-1")]
    public async Task A_PUBREC_of_nothing_is_answered_by_PUBREL_0x92()
    {
        using var client = await ConnectAsync("c");
        await client.ExchangeAsync("50 [ 12 34 ]", "62 [ 12 34 92 ]");
    }

    [TestCase("40 [ 12 34 ]")]
    [TestCase("70 [ 12 34 ]")]
    [TestCase("70 [ 12 34 92 ]")]
    public async Task A_PUBACK_or_PUBCOMP_of_nothing_changes_nothing(string packet)
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync(packet);
        await client.ExpectNothingAsync();
    }

    [Test]
    public async Task An_acknowledgement_of_the_wrong_QoS_does_not_end_a_message()
    {
        var client = await SubscribedAsync("c", "t", 2);
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("34 [ {'t'} 00 01 [] 'x' ]");
        var delivery = await client.ReadDeliveryAsync();
        await client.SendAsync($"40 [ {delivery.Identifier} ] 70 [ {delivery.Identifier} ]");
        await client.ExpectNothingAsync();
        await LoseAsync(client);
        using var back = await ComeBackAsync("c");
        Assert.That((await back.ReadAcknowledgedAsync()).Payload, Is.EqualTo("x"));
    }

    [Test]
    public async Task A_PUBREC_that_comes_again_is_answered_again()
    {
        using var client = await SubscribedAsync("c", "t", 2);
        using var publisher = await ConnectAsync("p");
        await publisher.SendAsync("34 [ {'t'} 00 01 [] 'x' ]");
        var delivery = await client.ReadDeliveryAsync();
        await client.ExchangeAsync($"50 [ {delivery.Identifier} ]", $"62 [ {delivery.Identifier} ]");
        await client.ExchangeAsync($"50 [ {delivery.Identifier} ]", $"62 [ {delivery.Identifier} ]");
        await client.SendAsync($"70 [ {delivery.Identifier} ]");
        await client.ExpectNothingAsync();
    }
}
