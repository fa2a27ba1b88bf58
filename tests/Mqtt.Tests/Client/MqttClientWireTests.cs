using System.Net;
using System.Net.Sockets;
using Roost.Mqtt.Client;
using Roost.Mqtt.Tests.Conformance;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Client;

/// <summary>The client's bytes, against a server that is the test itself.</summary>
public sealed class MqttClientWireTests
{
    private const string Connect = "10 0D 00 04 'MQTT' 04 02 00 3C 00 01 'c'";
    private const string ConnAck = "20 02 00 00";
    private const string ConnAckWithSession = "20 02 01 00";

    private TcpListener _listener = null!;

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    [SetUp]
    public void Listen()
    {
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
    }

    [TearDown]
    public void StopListening() => _listener.Dispose();

    [Test]
    [Spec("MQTT-4.4.0-1")]
    [Spec("MQTT-3.3.1-1")]
    [Spec("MQTT-4.6.0-1")]
    public async Task With_the_session_present_open_messages_come_again_with_dup_in_order()
    {
        await using var client = Client();
        using var first = await AcceptAsync(client);
        var published = new[] { Publish(client, '1'), Publish(client, '2') };
        await first.ExpectAsync("32 06 00 01 'a' 00 01 '1' 32 06 00 01 'a' 00 02 '2'");
        first.Dispose();

        using var second = await AcceptAgainAsync(ConnAckWithSession);
        await second.ExpectAsync("3A 06 00 01 'a' 00 01 '1' 3A 06 00 01 'a' 00 02 '2'");
        await second.SendAsync("40 02 00 01 40 02 00 02");

        await Task.WhenAll(published).WaitAsync(Eventually.Limit);
    }

    [Test]
    [Spec("MQTT-4.3.3-1")]
    public async Task With_the_session_present_a_message_that_has_its_pubrec_is_only_released()
    {
        await using var client = Client();
        using var first = await AcceptAsync(client);
        var published = Publish(client, '1', QualityOfService.ExactlyOnce);
        await first.ExpectAsync("34 06 00 01 'a' 00 01 '1'");
        await first.ExchangeAsync("50 02 00 01", "62 02 00 01");
        first.Dispose();

        using var second = await AcceptAgainAsync(ConnAckWithSession);
        await second.ExpectAsync("62 02 00 01");
        await second.SendAsync("70 02 00 01");

        await published.WaitAsync(Eventually.Limit);
    }

    [Test]
    public async Task Without_the_session_subscriptions_are_made_again_and_messages_are_published_anew()
    {
        await using var client = Client();
        using var first = await AcceptAsync(client);
        var subscribed = client.SubscribeAsync(TopicFilter.Parse("s"));
        await first.ExpectAsync("82 06 00 01 00 01 's' 01");
        await first.SendAsync("90 03 00 01 01");
        await subscribed;
        var published = Publish(client, '1');
        await first.ExpectAsync("32 06 00 01 'a' 00 02 '1'");
        first.Dispose();

        using var second = await AcceptAgainAsync(ConnAck);
        await second.ExpectAsync("82 06 00 03 00 01 's' 01 32 06 00 01 'a' 00 04 '1'");
        await second.SendAsync("40 02 00 04");

        await published.WaitAsync(Eventually.Limit);
    }

    [Test]
    [Spec("MQTT-4.3.2-4")]
    public async Task A_message_is_acknowledged_when_its_handler_is_done_and_not_before()
    {
        var done = new TaskCompletionSource();
        await using var client = Client();
        client.MessageHandler = (_, _) => new ValueTask(done.Task);
        using var server = await AcceptAsync(client);

        await server.SendAsync("32 06 00 01 'a' 00 07 'x'");
        var published = Publish(client, '1');
        await server.ExpectAsync("32 06 00 01 'a' 00 01 '1'"); // and no PUBACK before it
        await server.SendAsync("40 02 00 01");
        await published.WaitAsync(Eventually.Limit);
        done.SetResult();

        await server.ExpectAsync("40 02 00 07");
    }

    [Test]
    public async Task A_handler_that_fails_withholds_the_acknowledgement_and_ends_the_connection()
    {
        await using var client = Client();
        client.MessageHandler = (_, _) => throw new InvalidOperationException("the disk is full");
        using var server = await AcceptAsync(client);

        await server.SendAsync("32 06 00 01 'a' 00 07 'x'");

        await server.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-4.3.3-10")]
    public async Task A_message_of_quality_of_service_2_that_comes_twice_is_handled_once()
    {
        var handled = 0;
        await using var client = Client();
        client.MessageHandler = (_, _) =>
        {
            handled++;
            return ValueTask.CompletedTask;
        };
        using var server = await AcceptAsync(client);

        await server.ExchangeAsync("34 06 00 01 'a' 00 07 'x'", "50 02 00 07");
        await server.ExchangeAsync("3C 06 00 01 'a' 00 07 'x'", "50 02 00 07");
        await server.ExchangeAsync("62 02 00 07", "70 02 00 07");

        Assert.That(handled, Is.EqualTo(1));
    }

    [Test]
    [Spec("MQTT-3.3.4-9")]
    public async Task A_servers_receive_maximum_is_kept()
    {
        await using var client = Client(version: MqttProtocolVersion.V500);
        var connecting = client.ConnectAsync();
        using var server = await AcceptOneAsync();
        await server.ReadPacketAsync("CONNECT");
        await server.SendAsync("20 06 00 00 03 21 00 01");
        await connecting;

        var published = new[] { Publish(client, '1'), Publish(client, '2') };
        await server.ExpectAsync("32 07 00 01 'a' 00 01 00 '1'");
        await server.ExchangeAsync("40 02 00 01", "32 07 00 01 'a' 00 02 00 '2'");
        await server.SendAsync("40 02 00 02");

        await Task.WhenAll(published).WaitAsync(Eventually.Limit);
    }

    [Test]
    public async Task A_refused_message_tells_the_servers_reason()
    {
        await using var client = Client(version: MqttProtocolVersion.V500);
        var connecting = client.ConnectAsync();
        using var server = await AcceptOneAsync();
        await server.ReadPacketAsync("CONNECT");
        await server.SendAsync("20 03 00 00 00");
        await connecting;

        var published = Publish(client, '1');
        await server.ExpectAsync("32 07 00 01 'a' 00 01 00 '1'");
        await server.SendAsync("40 03 00 01 97");

        var refused = await Assert.ThrowsAsync<MqttPublishRefusedException>(() => published);
        Assert.That(refused!.ReasonCode, Is.EqualTo(ReasonCode.QuotaExceeded));
    }

    [Test]
    [Spec("MQTT-3.1.2-20")]
    public async Task A_silent_connection_is_pinged_and_given_up_when_no_answer_comes()
    {
        var clock = new ManualTimeProvider();
        var lost = new TaskCompletionSource<MqttConnectionChange>();
        await using var client = Client(clock);
        using var server = await AcceptAsync(client);
        client.ConnectionChanged = change => lost.TrySetResult(change);

        clock.Advance(TimeSpan.FromSeconds(46));
        await server.ExpectAsync("C0 00");
        clock.Advance(TimeSpan.FromSeconds(11));

        var change = await Eventually.CompletesAsync(lost.Task, "the connection to be given up");
        Assert.That(change.Reason!.Message, Does.Contain("no answer to PINGREQ"));
    }

    [Test]
    [Spec("MQTT-4.13.1-1")]
    public async Task A_server_of_5_that_breaks_the_protocol_is_told_so()
    {
        await using var client = Client(version: MqttProtocolVersion.V500);
        var connecting = client.ConnectAsync();
        using var server = await AcceptOneAsync();
        await server.ReadPacketAsync("CONNECT");
        await server.SendAsync("20 03 00 00 00");
        await connecting;

        await server.SendAsync("36 06 00 01 'a' 00 01 00");

        await server.ExpectDisconnectAsync(ReasonCode.MalformedPacket);
    }

    [Test]
    public async Task More_messages_than_may_wait_are_refused()
    {
        await using var client = new MqttClient(Options(maxQueued: 1));
        client.Start();
        var first = Publish(client, '1');

        await Assert.ThrowsAsync<MqttPublishRefusedException>(() => Publish(client, '2'));
        await client.DisconnectAsync();
        await Assert.ThrowsAsync<MqttConnectionException>(() => first);
    }

    private MqttClientOptions Options(MqttProtocolVersion version = MqttProtocolVersion.V311, int maxQueued = 100) => new()
    {
        Host = "127.0.0.1",
        Port = Port,
        ProtocolVersion = version,
        ClientIdentifier = "c",
        ReconnectDelay = TimeSpan.FromMilliseconds(1),
        MaxQueuedMessages = maxQueued,
    };

    private MqttClient Client(TimeProvider? clock = null, MqttProtocolVersion version = MqttProtocolVersion.V311) => new(Options(version), clock);

    private static Task Publish(MqttClient client, char payload, QualityOfService quality = QualityOfService.AtLeastOnce) =>
        client.PublishAsync(new MqttMessage { Topic = TopicName.Parse("a"), Payload = new[] { (byte)payload }, QualityOfService = quality }).AsTask();

    private async Task<RawClient> AcceptOneAsync() =>
        new(await Eventually.CompletesAsync(_listener.AcceptTcpClientAsync(), "the client to connect"));

    private async Task<RawClient> AcceptAsync(MqttClient client)
    {
        var connecting = client.ConnectAsync();
        var server = await AcceptAgainAsync(ConnAck);
        await connecting;
        return server;
    }

    private async Task<RawClient> AcceptAgainAsync(string connAck)
    {
        var server = await AcceptOneAsync();
        await server.ExpectAsync(Connect);
        await server.SendAsync(connAck);
        return server;
    }
}
