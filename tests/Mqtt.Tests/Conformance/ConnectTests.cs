using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance;

/// <summary>Chapters 3.1, 3.2 and 3.14: connecting and disconnecting.</summary>
public sealed class ConnectTests
{
    private RunningBroker _broker = null!;

    [SetUp]
    public async Task Start() => _broker = await RunningBroker.StartAsync();

    [TearDown]
    public async Task Stop() => await _broker.DisposeAsync();

    [Test]
    [Spec("MQTT-3.2.0-1")]
    public async Task A_connect_of_3_1_1_gets_a_connack()
    {
        using var client = await _broker.OpenAsync();
        await client.ExchangeAsync("10 0D 00 04 'MQTT' 04 02 00 3C 00 01 'a'", "20 02 00 00");
    }

    [Test]
    [Spec("MQTT-3.1.0-1")]
    public async Task Anything_before_connect_closes_without_an_answer([Values("C0 00", "30 03 00 01 'a'", "82 06 00 01 00 01 'a' 00")] string packet)
    {
        using var client = await _broker.OpenAsync();
        await client.SendAsync(packet);
        await client.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-3.1.0-2")]
    public async Task A_second_connect_closes()
    {
        using var client = await _broker.ConnectAsync("a");
        await client.SendAsync("10 0D 00 04 'MQTT' 04 02 00 3C 00 01 'a'");
        await client.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-3.1.0-2")]
    public async Task A_second_connect_of_5_is_a_protocol_error()
    {
        using var client = await _broker.ConnectModernAsync("a");
        await client.SendAsync("10 0E 00 04 'MQTT' 05 02 00 3C 00 00 01 'a'");
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [Spec("MQTT-3.1.2-2")]
    [TestCase("10 0D 00 04 'MQTT' 03 02 00 3C 00 01 'a'", "20 02 00 01")]
    [TestCase("10 0F 00 06 'MQIsdp' 03 02 00 3C 00 01 'a'", "20 02 00 01")]
    [TestCase("10 0E 00 04 'MQTT' 06 02 00 3C 00 00 01 'a'", "20 03 00 84 00")]
    public async Task An_unknown_protocol_level_is_told_so(string packet, string answer)
    {
        using var client = await _broker.OpenAsync();
        await client.ExchangeAsync(packet, answer);
        await client.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-3")]
    public async Task A_reserved_flag_closes()
    {
        using var client = await _broker.OpenAsync();
        await client.SendAsync("10 0D 00 04 'MQTT' 04 03 00 3C 00 01 'a'");
        await client.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-3.1.3-8")]
    public async Task An_empty_client_identifier_without_clean_session_is_refused()
    {
        using var client = await _broker.OpenAsync();
        await client.ExchangeAsync("10 0C 00 04 'MQTT' 04 00 00 3C 00 00", "20 02 00 02");
        await client.ExpectCloseAsync();
    }

    [Test]
    [Spec("MQTT-3.1.3-6")]
    public async Task An_empty_client_identifier_with_clean_session_is_taken()
    {
        using var client = await _broker.OpenAsync();
        await client.ExchangeAsync("10 0C 00 04 'MQTT' 04 02 00 3C 00 00", "20 02 00 00");
    }

    [Test]
    [Spec("MQTT-3.2.2-16")]
    public async Task An_empty_client_identifier_of_5_is_assigned_one()
    {
        using var client = await _broker.OpenAsync();
        await client.SendAsync("10 0D 00 04 'MQTT' 05 02 00 3C 00 00 00");
        var connAck = await client.ReadPacketAsync("CONNACK");
        Assert.That(connAck, Has.Some.EqualTo((byte)0x12), "the property Assigned Client Identifier");
    }

    [Test]
    public async Task A_user_name_that_is_only_metrics_is_no_login()
    {
        using var client = await _broker.OpenAsync();
        await client.ExchangeAsync("10 1D 00 04 'MQTT' 04 82 00 3C 00 01 'a' 00 0E '?SDK=IoTDevice'", "20 02 00 00");
    }

    [Test]
    [Spec("MQTT-3.1.4-2")]
    public async Task A_second_client_of_the_same_identifier_takes_over()
    {
        using var first = await _broker.ConnectAsync("a");
        using var second = await _broker.ConnectAsync("a");
        await first.ExpectCloseAsync();
        await second.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.4-3")]
    public async Task A_client_of_5_is_told_that_it_was_taken_over()
    {
        using var first = await _broker.ConnectModernAsync("a");
        using var second = await _broker.ConnectModernAsync("a");
        await first.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
    }

    [Test]
    [Spec("MQTT-3.14.4-3")]
    public async Task A_disconnect_is_answered_by_a_close_and_no_will()
    {
        using var watcher = await _broker.ConnectAsync("watcher");
        await watcher.ExchangeAsync("82 06 00 01 00 01 'w' 00", "90 03 00 01 00");
        using var client = await _broker.OpenAsync();
        await client.ExchangeAsync("10 13 00 04 'MQTT' 04 06 00 3C 00 01 'a' 00 01 'w' 00 01 'x'", "20 02 00 00");
        await client.SendAsync("E0 00");
        await client.ExpectCloseAsync();
        await watcher.ExpectNothingAsync();
    }

    [Test]
    [Spec("MQTT-3.1.2-8")]
    public async Task A_will_is_published_when_the_connection_is_lost()
    {
        using var watcher = await _broker.ConnectAsync("watcher");
        await watcher.ExchangeAsync("82 06 00 01 00 01 'w' 00", "90 03 00 01 00");
        using (var client = await _broker.OpenAsync())
        {
            await client.ExchangeAsync("10 13 00 04 'MQTT' 04 06 00 3C 00 01 'a' 00 01 'w' 00 01 'x'", "20 02 00 00");
        }

        await watcher.ExpectAsync("30 04 00 01 'w' 'x'");
    }

    [Test]
    [Spec("MQTT-3.14.2-1")]
    public async Task A_disconnect_of_5_may_ask_for_the_will()
    {
        using var watcher = await _broker.ConnectAsync("watcher");
        await watcher.ExchangeAsync("82 06 00 01 00 01 'w' 00", "90 03 00 01 00");
        using var client = await _broker.OpenAsync();
        await client.SendAsync("10 15 00 04 'MQTT' 05 06 00 3C 00 00 01 'a' 00 00 01 'w' 00 01 'x'");
        await client.ReadPacketAsync("CONNACK");
        await client.SendAsync("E0 01 04");
        await watcher.ExpectAsync("30 04 00 01 'w' 'x'");
    }

    [Test]
    [Spec("MQTT-3.1.2-24")]
    public async Task A_keep_alive_that_passes_closes_and_tells_why()
    {
        using var client = await _broker.OpenAsync();
        await client.SendAsync("10 0E 00 04 'MQTT' 05 02 00 01 00 00 01 'a'");
        await client.ReadPacketAsync("CONNACK");
        await _broker.AdvanceAsync(TimeSpan.FromSeconds(2));
        await client.ExpectDisconnectAsync(ReasonCode.KeepAliveTimeout);
    }

    [Test]
    [Spec("MQTT-3.12.4-1")]
    public async Task A_ping_is_answered()
    {
        using var client = await _broker.ConnectAsync("a");
        await client.ExchangeAsync("C0 00", "D0 00");
    }
}
