using Microsoft.Extensions.DependencyInjection;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Section 4.12 on a broker that has one authentication method.</summary>
public sealed class Chapter4_12_EnhancedAuthenticationTests : V5Fixture
{
    private const string Hello = "10 [ {'MQTT'} 05 02 00 3C [ 15 {'challenge'} 16 {'hello'} ] {'c'} ]";
    private const string Question = "F0 [ 18 [ 15 {'challenge'} 16 {'who?'} ] ]";
    private const string Answer = "F0 [ 18 [ 15 {'challenge'} 16 {'me'} ] ]";

    private protected override void Register(IServiceCollection services) => services.AddSingleton<IEnhancedAuthenticator, ChallengeMethod>();

    [Test]
    [Spec("MQTT-4.12.0-2")]
    [Spec("MQTT-4.12.0-3")]
    [Spec("MQTT-4.12.0-5")]
    public async Task The_broker_asks_by_AUTH_and_welcomes_by_CONNACK_with_the_same_method()
    {
        using var client = await OpenAsync();
        await client.ExchangeAsync(Hello, Question);
        await client.SendAsync(Answer);
        var connAck = await client.ReadAsync("CONNACK");
        Assert.That(connAck.Body[1], Is.Zero);
        Assert.That(Properties.Text(connAck.ConnAckProperties, 0x15), Is.EqualTo("challenge"));
        Assert.That(Properties.Text(connAck.ConnAckProperties, 0x16), Is.EqualTo("welcome"));
        await client.ExpectNothingAsync();
    }

    [TestCase("F0 [ 18 [ 15 {'challenge'} 16 {'somebody else'} ] ]", ReasonCode.NotAuthorized)]
    [TestCase("F0 [ 18 [ 15 {'another'} 16 {'me'} ] ]", ReasonCode.ProtocolError)]
    [TestCase("F0 [ 19 [ 15 {'challenge'} 16 {'me'} ] ]", ReasonCode.ProtocolError, Description = "not 0x18")]
    [TestCase("F0 [ 00 [ 15 {'challenge'} 16 {'me'} ] ]", ReasonCode.ProtocolError)]
    [TestCase("F0 [ 18 [ 16 {'me'} ] ]", ReasonCode.ProtocolError, Description = "no method")]
    [Spec("MQTT-4.12.0-3")]
    [Spec("MQTT-4.12.0-4")]
    [Spec("MQTT-4.12.0-5")]
    [Spec("MQTT-3.15.2-1")]
    public async Task A_wrong_answer_is_refused_in_CONNACK(string answer, ReasonCode reason)
    {
        using var client = await OpenAsync();
        await client.ExchangeAsync(Hello, Question);
        await client.SendAsync(answer);
        await client.ExpectRefusalAsync(reason);
    }

    [TestCase("C0 00")]
    [TestCase("30 [ {'t'} [] ]")]
    [TestCase("82 [ 00 01 [] {'t'} 00 ]")]
    [Spec("MQTT-3.1.2-30")]
    public async Task Another_packet_before_CONNACK_ends_the_connection_unanswered(string packet)
    {
        using var client = await OpenAsync();
        await client.ExchangeAsync(Hello, Question);
        await client.SendAsync(packet);
        var farewell = await client.ReadAsync("the refusal");
        Assert.That((farewell.Type, (ReasonCode)farewell.Body[1]), Is.EqualTo((2, ReasonCode.ProtocolError)));
        await client.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-4.12.1-1")]
    public async Task A_client_authenticates_again_while_its_connection_goes_on()
    {
        using var client = await AuthenticatedAsync();
        await client.ExchangeAsync("F0 [ 19 [ 15 {'challenge'} 16 {'hello'} ] ]", Question);
        await client.ExpectNothingAsync(); // other packets are answered meanwhile
        await client.ExchangeAsync(Answer, "F0 [ 00 [ 15 {'challenge'} 16 {'welcome'} ] ]");
    }

    [TestCase("F0 [ 19 [ 15 {'challenge'} 16 {'somebody else'} ] ]", ReasonCode.NotAuthorized)]
    [TestCase("F0 [ 19 [ 15 {'another'} 16 {'hello'} ] ]", ReasonCode.ProtocolError)]
    [TestCase("F0 [ 18 [ 15 {'challenge'} 16 {'me'} ] ]", ReasonCode.ProtocolError, Description = "an answer to no question")]
    [Spec("MQTT-4.12.1-1")]
    [Spec("MQTT-4.12.1-2")]
    public async Task A_failure_to_authenticate_again_ends_the_connection(string packet, ReasonCode reason)
    {
        using var client = await AuthenticatedAsync();
        await client.SendAsync(packet);
        await client.ExpectDisconnectAsync(reason);
    }

    private async Task<WireClient> AuthenticatedAsync()
    {
        var client = await OpenAsync();
        await client.ExchangeAsync(Hello, Question);
        await client.SendAsync(Answer);
        Assert.That((await client.ReadAsync("CONNACK")).Body[1], Is.Zero);
        return client;
    }
}
