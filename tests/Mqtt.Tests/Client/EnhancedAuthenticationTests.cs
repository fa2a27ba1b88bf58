using System.Text;
using Roost.Mqtt.Client;
using Roost.Mqtt.Tests.Conformance;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Client;

/// <summary>AUTH (MQTT 5 section 4.12), with a method that turns challenges round.</summary>
public sealed class EnhancedAuthenticationTests
{
    private ScriptedServer _server = null!;

    [SetUp]
    public void Start() => _server = new ScriptedServer();

    [TearDown]
    public void Stop() => _server.Dispose();

    [Test]
    [Spec("MQTT-4.12.0-3")]
    [Spec("MQTT-4.12.0-5")]
    public async Task Challenges_are_answered_until_the_server_accepts()
    {
        await using var client = Client();
        var connecting = client.ConnectAsync();
        using var server = await _server.AcceptSilentlyAsync();

        Assert.That(Convert.ToHexString(await server.ReadPacketAsync("CONNECT")), Does.Contain(Hex("15 00 01 'M' 16 00 02 'hi'")));
        await server.ExchangeAsync("F0 0C 18 0A 15 00 01 'M' 16 00 03 'abc'", "F0 0C 18 0A 15 00 01 'M' 16 00 03 'cba'");
        await server.ExchangeAsync("F0 0B 18 09 15 00 01 'M' 16 00 02 'de'", "F0 0B 18 09 15 00 01 'M' 16 00 02 'ed'");
        await server.SendAsync("20 0D 00 00 0A 15 00 01 'M' 16 00 03 'yes'");

        await connecting;
        Assert.That(client.State, Is.EqualTo(MqttConnectionState.Connected));
    }

    [Test]
    public async Task A_server_that_does_not_prove_who_it_is_gets_no_connection()
    {
        await using var client = Client();
        var connecting = client.ConnectAsync();
        using var server = await _server.AcceptAsync("20 0C 00 00 09 15 00 01 'M' 16 00 02 'no'");

        var exception = await Assert.ThrowsAsync<MqttConnectionException>(() => connecting);

        Assert.That(exception!.Message, Does.Contain("has not proved who it is"));
    }

    [TestCase(ScriptedServer.ConnAck, Description = "CONNACK without the method")]
    [TestCase("F0 0C 18 0A 15 00 01 'N' 16 00 03 'abc'", Description = "AUTH of another method")]
    [TestCase("F0 0C 00 0A 15 00 01 'M' 16 00 03 'abc'", Description = "AUTH that is no challenge")]
    public async Task A_server_that_leaves_the_method_is_refused(string answer)
    {
        await using var client = Client();
        var connecting = client.ConnectAsync();
        using var server = await _server.AcceptAsync(answer);

        var exception = await Assert.ThrowsAsync<MqttConnectionException>(() => connecting);

        Assert.That(exception!.ReasonCode, Is.EqualTo(ReasonCode.ProtocolError));
    }

    [Test]
    public async Task A_method_that_fails_on_our_side_is_told_and_ends_the_attempt()
    {
        await using var client = Client();
        var connecting = client.ConnectAsync();
        using var server = await _server.AcceptAsync("F0 0D 18 0B 15 00 01 'M' 16 00 04 'fail'");

        var exception = await Assert.ThrowsAsync<MqttConnectionException>(() => connecting);

        Assert.That(exception!.Message, Does.Contain("failed on our side: the key store is locked"));
        await server.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-4.12.1-1")]
    public async Task Reauthentication_runs_on_the_connection_while_messages_flow()
    {
        await using var client = Client();
        using var server = await _server.ConnectAsync(client, "20 0D 00 00 0A 15 00 01 'M' 16 00 03 'yes'");

        var reauthenticating = client.ReauthenticateAsync();
        await server.ExpectAsync("F0 0B 19 09 15 00 01 'M' 16 00 02 'hi'");
        await client.PublishAsync(SomeMessage.Of("t", "x", QualityOfService.AtMostOnce));
        await server.ExpectAsync("30 05 00 01 't' 00 'x'");
        await server.ExchangeAsync("F0 0C 18 0A 15 00 01 'M' 16 00 03 'abc'", "F0 0C 18 0A 15 00 01 'M' 16 00 03 'cba'");
        await server.SendAsync("F0 0C 00 0A 15 00 01 'M' 16 00 03 'yes'");

        await reauthenticating.WaitAsync(Eventually.Limit);
    }

    [Test]
    public async Task Reauthentication_that_the_server_refuses_ends_with_its_reason()
    {
        await using var client = Client();
        using var server = await _server.ConnectAsync(client, "20 0D 00 00 0A 15 00 01 'M' 16 00 03 'yes'");

        var reauthenticating = client.ReauthenticateAsync();
        await server.ExpectAsync("F0 0B 19 09 15 00 01 'M' 16 00 02 'hi'");
        await server.SendAsync("E0 02 87 00");

        var exception = await Assert.ThrowsAsync<MqttConnectionException>(() => reauthenticating.WaitAsync(Eventually.Limit));
        Assert.That(exception!.ReasonCode, Is.EqualTo(ReasonCode.NotAuthorized));
    }

    [Test]
    public async Task Auth_that_nobody_asked_for_breaks_the_protocol()
    {
        await using var client = Client();
        using var server = await _server.ConnectAsync(client, "20 0D 00 00 0A 15 00 01 'M' 16 00 03 'yes'");

        await server.SendAsync("F0 0C 18 0A 15 00 01 'M' 16 00 03 'abc'");

        await server.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    private static string Hex(string bytes) => Convert.ToHexString(Protocol.Reading.Bytes(bytes));

    private MqttClient Client() => new(new MqttClientOptions
    {
        Host = "127.0.0.1",
        Port = _server.Port,
        ClientIdentifier = "c",
        Authentication = new Mirror(),
        Reconnect = false,
    });

    private sealed class Mirror : IMqttClientAuthentication, IMqttAuthenticationExchange
    {
        public string Method => "M";

        public IMqttAuthenticationExchange Begin() => this;

        public ValueTask<ReadOnlyMemory<byte>?> StartAsync(CancellationToken cancellationToken) => new("hi"u8.ToArray());

        public ValueTask<ReadOnlyMemory<byte>?> AnswerAsync(ReadOnlyMemory<byte>? challenge, CancellationToken cancellationToken)
        {
            var text = Encoding.UTF8.GetString(challenge!.Value.Span);
            return text == "fail"
                ? throw new InvalidOperationException("the key store is locked")
                : new(Encoding.UTF8.GetBytes([.. text.Reverse()]));
        }

        public ValueTask<bool> AcceptAsync(ReadOnlyMemory<byte>? serverData, CancellationToken cancellationToken) =>
            new(serverData!.Value.Span.SequenceEqual("yes"u8));
    }
}
