using Roost.Mqtt.Client;
using Roost.Mqtt.Tests.Conformance;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Client;

/// <summary>What becomes of open messages when connections end, byte by byte (MQTT 5 sections 4.3, 4.4, 4.6 and 4.9).</summary>
public sealed class ResendTests
{
    private ScriptedServer _server = null!;

    [SetUp]
    public void Start() => _server = new ScriptedServer();

    [TearDown]
    public void Stop() => _server.Dispose();

    [Test]
    [Spec("MQTT-3.3.4-9")]
    [Spec("MQTT-4.9.0-1")]
    public async Task A_resend_keeps_to_the_receive_maximum_of_the_new_connection()
    {
        await using var client = Client();
        var first = await _server.ConnectAsync(client);
        var published = new[] { Publish(client, '1'), Publish(client, '2'), Publish(client, '3') };
        await first.ExpectAsync("32 07 00 01 'a' 00 01 00 '1' 32 07 00 01 'a' 00 02 00 '2' 32 07 00 01 'a' 00 03 00 '3'");
        first.Dispose();

        using var second = await _server.AcceptAsync("20 06 01 00 03 21 00 01");
        await second.ExpectAsync("3A 07 00 01 'a' 00 01 00 '1'");
        var later = Publish(client, '4');
        await second.ExchangeAsync("40 02 00 01", "3A 07 00 01 'a' 00 02 00 '2'");
        await second.ExchangeAsync("40 02 00 02", "3A 07 00 01 'a' 00 03 00 '3'");
        await second.ExchangeAsync("40 02 00 03", "32 07 00 01 'a' 00 04 00 '4'");
        await second.SendAsync("40 02 00 04");

        await Task.WhenAll([.. published, later]).WaitAsync(Eventually.Limit);
    }

    [Test]
    [Spec("MQTT-4.6.0-4")]
    public async Task Releases_come_again_in_the_order_of_their_pubrecs()
    {
        await using var client = Client();
        var first = await _server.ConnectAsync(client);
        var published = new[] { Publish(client, '1', QualityOfService.ExactlyOnce), Publish(client, '2', QualityOfService.ExactlyOnce) };
        await first.ExpectAsync("34 07 00 01 'a' 00 01 00 '1' 34 07 00 01 'a' 00 02 00 '2'");
        await first.ExchangeAsync("50 02 00 02 50 02 00 01", "62 02 00 02 62 02 00 01");
        first.Dispose();

        using var second = await _server.AcceptAsync(ScriptedServer.ConnAckWithSession);
        await second.ExpectAsync("62 02 00 02 62 02 00 01");
        await second.SendAsync("70 02 00 01 70 02 00 02");

        await Task.WhenAll(published).WaitAsync(Eventually.Limit);
    }

    [Test]
    public async Task In_a_session_of_an_earlier_process_an_identifier_is_cleared_before_its_first_exactly_once()
    {
        await using var client = Client();
        using var server = await _server.ConnectAsync(client, ScriptedServer.ConnAckWithSession);

        var published = Publish(client, '1', QualityOfService.ExactlyOnce);

        await server.ExpectAsync("62 02 00 01 34 07 00 01 'a' 00 01 00 '1'");
        await server.ExchangeAsync("70 02 00 01 50 02 00 01", "62 02 00 01"); // the first PUBCOMP settles nothing
        Assert.That(published.IsCompleted, Is.False);
        await server.SendAsync("70 02 00 01");
        await published.WaitAsync(Eventually.Limit);
    }

    [Test]
    public async Task A_pubrec_of_an_earlier_life_is_released()
    {
        await using var client = Client();
        using var server = await _server.ConnectAsync(client, ScriptedServer.ConnAckWithSession);

        await server.ExchangeAsync("50 02 00 09", "62 03 00 09 92");
    }

    [TestCase('1', "50 02 00 01", Description = "PUBREC to QoS 1")]
    [TestCase('2', "40 02 00 01", Description = "PUBACK to QoS 2")]
    public async Task An_acknowledgement_of_another_quality_of_service_breaks_the_protocol(char quality, string acknowledgement)
    {
        await using var client = Client();
        using var server = await _server.ConnectAsync(client);
        var published = Publish(client, 'x', (QualityOfService)(quality - '0'));
        await server.ReadPacketAsync("PUBLISH");

        await server.SendAsync(acknowledgement);

        await server.ExpectDisconnectAsync(ReasonCode.ProtocolError);
        Assert.That(published.IsCompleted, Is.False, "it is sent again");
    }

    [Test]
    [Spec("MQTT-4.3.3-10")]
    public async Task A_message_whose_handler_outlives_the_connection_is_acknowledged_on_the_next_and_handled_once()
    {
        var handled = 0;
        var done = new TaskCompletionSource();
        await using var client = Client();
        client.MessageHandler = (_, _) =>
        {
            handled++;
            return new ValueTask(done.Task);
        };
        var first = await _server.ConnectAsync(client);
        await first.SendAsync("34 07 00 01 'a' 00 07 00 'x'");
        await Eventually.IsTrueAsync(() => handled == 1, "the handler to begin");
        first.Dispose();

        using var second = await _server.AcceptAsync(ScriptedServer.ConnAckWithSession);
        await second.SendAsync("3C 07 00 01 'a' 00 07 00 'x'");
        var barrier = Publish(client, 'y');
        await second.ExpectAsync("32 07 00 01 'a' 00 01 00 'y'"); // and no PUBREC before it
        await second.SendAsync("40 02 00 01");
        await barrier.WaitAsync(Eventually.Limit);
        done.SetResult();
        await second.ExpectAsync("50 02 00 07");
        await second.ExchangeAsync("62 02 00 07", "70 02 00 07");

        Assert.That(handled, Is.EqualTo(1));
    }

    [Test]
    public async Task A_handler_of_a_lost_session_acknowledges_nothing_in_the_next()
    {
        var messages = new List<string>();
        var first = new TaskCompletionSource();
        await using var client = Client();
        client.MessageHandler = (received, _) =>
        {
            messages.Add(System.Text.Encoding.UTF8.GetString(received.Message.Payload.Span));
            return messages.Count == 1 ? new ValueTask(first.Task) : ValueTask.CompletedTask;
        };
        var lost = await _server.ConnectAsync(client);
        await lost.SendAsync("34 07 00 01 'a' 00 07 00 'x'");
        await Eventually.IsTrueAsync(() => messages.Count == 1, "the handler to begin");
        lost.Dispose();

        using var next = await _server.AcceptAsync(); // no session: 7 is the number of another message
        await next.SendAsync("34 07 00 01 'a' 00 07 00 'y'");
        first.SetResult();
        await next.ExpectAsync("50 02 00 07");

        Assert.That(messages, Is.EqualTo(new[] { "x", "y" }), "acknowledged after its own handler, not the one before");
    }

    [Test]
    public async Task The_lifetime_of_a_message_runs_while_it_waits_here()
    {
        var clock = new ManualTimeProvider();
        await using var client = Client(clock);
        client.Start();
        var lives = Publish(client, '1', lifetime: TimeSpan.FromSeconds(10));
        var dies = Publish(client, '2', lifetime: TimeSpan.FromSeconds(3));
        clock.Advance(TimeSpan.FromSeconds(4));

        using var server = await _server.AcceptAsync();
        await server.ExpectAsync("32 0C 00 01 'a' 00 01 05 02 00 00 00 06 '1'");

        var refused = await Assert.ThrowsAsync<MqttPublishRefusedException>(() => dies.WaitAsync(Eventually.Limit));
        Assert.That(refused!.IsExpired, Is.True);
        await server.SendAsync("40 02 00 01");
        await lives.WaitAsync(Eventually.Limit);
    }

    [Test]
    public async Task A_message_that_nobody_waits_for_any_more_is_not_sent_and_gives_its_place_back()
    {
        await using var client = Client(maxQueued: 1);
        client.Start();
        using var cancellation = new CancellationTokenSource();
        var cancelled = client.PublishAsync(SomeMessage.Of("a", "1"), cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => cancelled);

        var published = Publish(client, '2');
        using var server = await _server.AcceptAsync();

        await server.ExpectAsync("32 07 00 01 'a' 00 01 00 '2'");
        await server.SendAsync("40 02 00 01");
        await published.WaitAsync(Eventually.Limit);
    }

    private static Task Publish(MqttClient client, char payload, QualityOfService quality = QualityOfService.AtLeastOnce, TimeSpan? lifetime = null) =>
        client.PublishAsync(SomeMessage.Of("a", $"{payload}", quality, lifetime is null ? null : new MqttMessageProperties { MessageExpiryInterval = lifetime })).AsTask();

    private MqttClient Client(TimeProvider? clock = null, int maxQueued = 100) => new(
        new MqttClientOptions
        {
            Host = "127.0.0.1",
            Port = _server.Port,
            ClientIdentifier = "c",
            CleanStart = false,
            SessionExpiryInterval = TimeSpan.FromMinutes(1),
            ReconnectDelay = TimeSpan.FromMilliseconds(1),
            MaxQueuedMessages = maxQueued,
        },
        clock);
}
