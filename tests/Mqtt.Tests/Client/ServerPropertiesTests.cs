using Roost.Mqtt.Client;
using Roost.Mqtt.Tests.Conformance;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Client;

/// <summary>What goes with CONNECT, and what the server's CONNACK asks of the client (MQTT 5 sections 3.1.2.11 and 3.2.2.3).</summary>
public sealed class ServerPropertiesTests
{
    private ScriptedServer _server = null!;

    [SetUp]
    public void Start() => _server = new ScriptedServer();

    [TearDown]
    public void Stop() => _server.Dispose();

    [Test]
    public async Task Every_property_of_connect_is_sent()
    {
        await using var client = new MqttClient(new MqttClientOptions
        {
            Host = "127.0.0.1",
            Port = _server.Port,
            ClientIdentifier = "c",
            SessionExpiryInterval = Timeout.InfiniteTimeSpan,
            MaxReceivedMessages = 10,
            MaxPacketBytes = 4096,
            MaxReceivedTopicAliases = 3,
            RequestResponseInformation = true,
            RequestProblemInformation = false,
            UserProperties = [new UserProperty("a", "b")],
            Will = SomeMessage.Of("w", "x"),
            WillDelayInterval = TimeSpan.FromSeconds(5),
        });
        var connecting = client.ConnectAsync();
        using var connection = await _server.AcceptSilentlyAsync();

        await connection.ExpectAsync(
            "10 35 00 04 'MQTT' 05 0E 00 3C "
            + "1B 11 FF FF FF FF 17 00 19 01 21 00 0A 22 00 03 27 00 00 10 00 26 00 01 'a' 00 01 'b' "
            + "00 01 'c' 05 18 00 00 00 05 00 01 'w' 00 01 'x'");
        await connection.SendAsync(ScriptedServer.ConnAck);
        await connecting;
    }

    [Test]
    public async Task What_the_server_said_can_be_read()
    {
        await using var client = Client();
        using var connection = await _server.ConnectAsync(
            client, "20 21 00 00 1E 11 00 00 00 0A 13 00 1E 1A 00 02 'ri' 21 00 05 22 00 07 24 01 25 00 27 00 00 04 00 28 00");

        var server = client.Server!;
        Assert.Multiple(() =>
        {
            Assert.That(server.SessionExpiryInterval, Is.EqualTo(TimeSpan.FromSeconds(10)));
            Assert.That(server.KeepAlive, Is.EqualTo(TimeSpan.FromSeconds(30)));
            Assert.That(server.ResponseInformation, Is.EqualTo("ri"));
            Assert.That(server.ReceiveMaximum, Is.EqualTo(5));
            Assert.That(server.TopicAliasMaximum, Is.EqualTo(7));
            Assert.That(server.MaximumQualityOfService, Is.EqualTo(QualityOfService.AtLeastOnce));
            Assert.That(server.RetainAvailable, Is.False);
            Assert.That(server.MaximumPacketBytes, Is.EqualTo(1024));
            Assert.That(server.WildcardSubscriptionAvailable, Is.False);
            Assert.That(server.SharedSubscriptionAvailable, Is.True);
        });
    }

    [Test]
    [Spec("MQTT-3.2.2-21")]
    public async Task The_servers_keep_alive_takes_the_place_of_the_clients()
    {
        var clock = new ManualTimeProvider();
        await using var client = Client(clock: clock);
        using var connection = await _server.ConnectAsync(client, "20 06 00 00 03 13 00 04");

        clock.Advance(TimeSpan.FromSeconds(3.5));

        await connection.ExpectAsync("C0 00");
    }

    [Test]
    [Spec("MQTT-3.2.2-16")]
    public async Task The_identifier_that_the_server_assigned_is_used_again()
    {
        await using var client = Client(clientIdentifier: "");
        var first = await _server.ConnectAsync(client, "20 07 00 00 04 12 00 01 'z'");
        first.Dispose();

        using var second = await _server.AcceptSilentlyAsync();
        var connect = await second.ReadPacketAsync("CONNECT");

        Assert.That(client.ClientIdentifier, Is.EqualTo("z"));
        Assert.That(connect.AsSpan(^3).ToArray(), Is.EqualTo(new byte[] { 0, 1, (byte)'z' }));
    }

    [TestCase("20 08 00 00 05 27 00 00 00 10", ReasonCode.PacketTooLarge)]
    [TestCase("20 05 00 00 02 24 00", ReasonCode.QualityOfServiceNotSupported)]
    [TestCase("20 05 00 00 02 25 00", ReasonCode.RetainNotSupported)]
    public async Task A_message_that_the_server_rules_out_is_refused_here(string connAck, ReasonCode refusal)
    {
        await using var client = Client();
        using var connection = await _server.ConnectAsync(client, connAck);

        var refused = await Assert.ThrowsAsync<MqttPublishRefusedException>(
            () => client.PublishAsync(SomeMessage.Of("topic", "0123456789", retain: true)).AsTask());

        Assert.That(refused!.ReasonCode, Is.EqualTo(refusal));
    }

    [Test]
    public async Task A_refusal_names_the_reason_a_remedy_and_another_server()
    {
        await using var client = Client();
        var connecting = client.ConnectAsync();
        using var connection = await _server.AcceptSilentlyAsync();
        await connection.ReadPacketAsync("CONNECT");
        await connection.SendAsync("20 13 00 9C 10 1C 00 05 'other' 1F 00 05 'later'");

        var exception = await Assert.ThrowsAsync<MqttConnectionException>(() => connecting);

        Assert.Multiple(() =>
        {
            Assert.That(exception!.ReasonCode, Is.EqualTo(ReasonCode.UseAnotherServer));
            Assert.That(exception.ServerReference, Is.EqualTo("other"));
            Assert.That(exception.Message, Does.Contain($"127.0.0.1:{_server.Port}").And.Contain("later").And.Contain("0x9C")
                .And.Contain("Use another server for now.").And.Contain("names another: other"));
        });
    }

    [Test]
    public async Task A_disconnect_of_the_server_names_the_reason_and_another_server()
    {
        var lost = new TaskCompletionSource<MqttConnectionException>();
        await using var client = Client();
        using var connection = await _server.ConnectAsync(client);
        client.ConnectionChanged = change => lost.TrySetResult(change.Reason!);

        await connection.SendAsync("E0 0A 9D 08 1C 00 05 'other'");

        var reason = await Eventually.CompletesAsync(lost.Task, "the end of the connection");
        Assert.That(reason.ReasonCode, Is.EqualTo(ReasonCode.ServerMoved));
        Assert.That(reason.Message, Does.Contain("names another: other"));
    }

    [Test]
    public async Task A_goodbye_may_ask_for_the_will_and_change_the_sessions_expiry()
    {
        await using var client = Client(expiry: TimeSpan.FromSeconds(60));
        using var connection = await _server.ConnectAsync(client);

        var disconnecting = client.DisconnectAsync(new MqttDisconnection
        {
            ReasonCode = ReasonCode.DisconnectWithWillMessage,
            SessionExpiryInterval = TimeSpan.FromSeconds(7),
            ReasonString = "bye",
        });
        await connection.ExpectAsync("E0 0D 04 0B 11 00 00 00 07 1F 00 03 'bye'");
        connection.Dispose();

        await disconnecting;
    }

    [Test]
    [Spec("MQTT-3.1.2-23")]
    public async Task A_goodbye_cannot_begin_a_session_expiry()
    {
        await using var client = Client();

        await Assert.ThrowsAsync<ArgumentException>(
            () => client.DisconnectAsync(new MqttDisconnection { SessionExpiryInterval = TimeSpan.FromSeconds(7) }));
    }

    [Test]
    public void Options_out_of_bounds_are_all_named_at_once()
    {
        var exception = Assert.Throws<ArgumentException>(() => _ = new MqttClient(new MqttClientOptions { Host = "", Port = 0, MaxInflight = 0 }));

        Assert.That(exception!.Message, Does.Contain("Host").And.Contain("Port is 0").And.Contain("MaxInflight is 0"));
    }

    [Test]
    public void Text_that_is_too_long_for_connect_is_told_before_anything_is_tried() =>
        Assert.Throws<ArgumentException>(() => _ = new MqttClient(new MqttClientOptions { ClientIdentifier = new string('x', 70_000) }));

    private MqttClient Client(string clientIdentifier = "c", TimeProvider? clock = null, TimeSpan expiry = default) => new(
        new MqttClientOptions
        {
            Host = "127.0.0.1",
            Port = _server.Port,
            ClientIdentifier = clientIdentifier,
            SessionExpiryInterval = expiry,
            ReconnectDelay = TimeSpan.FromMilliseconds(1),
        },
        clock);
}
