using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance;

/// <summary>MQTT 5, chapters 3.1, 3.2 and 3.14: connecting and disconnecting.</summary>
public sealed class ConnectTests
{
    private RunningBroker _broker = null!;

    [SetUp]
    public async Task Start() => _broker = await RunningBroker.StartAsync();

    [TearDown]
    public async Task Stop() => await _broker.DisposeAsync();

    [Test]
    [Spec("MQTT-3.1.0-2")]
    public async Task A_second_connect_of_5_is_a_protocol_error()
    {
        using var client = await _broker.ConnectModernAsync("a");
        await client.SendAsync("10 0E 00 04 'MQTT' 05 02 00 3C 00 00 01 'a'");
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [Spec("MQTT-3.1.2-2")]
    [TestCase("10 0E 00 04 'MQTT' 06 02 00 3C 00 00 01 'a'", "20 03 00 84 00")]
    public async Task An_unknown_protocol_level_is_told_so(string packet, string answer)
    {
        using var client = await _broker.OpenAsync();
        await client.ExchangeAsync(packet, answer);
        await client.ExpectCloseAsync();
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
    [Spec("MQTT-3.1.4-3")]
    public async Task A_client_of_5_is_told_that_it_was_taken_over()
    {
        using var first = await _broker.ConnectModernAsync("a");
        using var second = await _broker.ConnectModernAsync("a");
        await first.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
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
}
