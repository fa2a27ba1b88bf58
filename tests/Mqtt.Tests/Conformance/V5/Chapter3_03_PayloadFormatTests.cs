namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Section 3.3.2.3.2 on a broker that checks the payload.</summary>
public sealed class Chapter3_03_PayloadFormatTests : V5Fixture
{
    private protected override void Configure(MqttOptions options) => options.Limits.CheckPayloadFormat = true;

    [TestCase("01 01", "'text'")]
    [TestCase("01 01", "")]
    [TestCase("01 00", "FF FE")]
    [TestCase("", "FF FE")]
    public async Task A_payload_that_is_what_it_says_is_passed_on(string properties, string payload)
    {
        using var client = await SubscribedAsync("c", "t", 0);
        await client.ExchangeAsync($"30 [ {{'t'}} [ {properties} ] {payload} ]", $"30 [ {{'t'}} [ {properties} ] {payload} ]");
    }

    [TestCase(1, "40")]
    [TestCase(2, "50")]
    public async Task A_payload_that_is_not_is_told_0x99_and_passed_on_to_nobody(int quality, string answer)
    {
        using var client = await SubscribedAsync("c", "t", 2, "17 00");
        await client.ExchangeAsync($"3{quality * 2} [ {{'t'}} 00 01 [ 01 01 ] FF FE ]", $"{answer} [ 00 01 99 ]");
        await client.ExpectNothingAsync();
    }

    [Test]
    public async Task At_QoS_0_it_ends_the_connection()
    {
        using var client = await ConnectAsync("c");
        await client.SendAsync("30 [ {'t'} [ 01 01 ] FF FE ]");
        await client.ExpectDisconnectAsync(ReasonCode.PayloadFormatInvalid);
    }

    [Test]
    public async Task A_will_that_is_not_is_refused()
    {
        using var client = await OpenAsync();
        await client.SendAsync("10 [ {'MQTT'} 05 06 00 3C [] {'c'} [ 01 01 ] {'w'} {FF FE} ]");
        await client.ExpectRefusalAsync(ReasonCode.PayloadFormatInvalid);
    }
}
