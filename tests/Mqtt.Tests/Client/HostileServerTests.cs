using Roost.Mqtt.Client;
using Roost.Mqtt.Tests.Conformance;
using Roost.Mqtt.Tests.Protocol;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Client;

/// <summary>Servers that say nothing, half of it, too much of it, or nonsense: the client ends that connection, says why, and makes another.</summary>
public sealed class HostileServerTests
{
    private ScriptedServer _server = null!;

    [SetUp]
    public void Start() => _server = new ScriptedServer();

    [TearDown]
    public void Stop() => _server.Dispose();

    [TestCase("", Description = "nothing")]
    [TestCase("20 03 00", Description = "half a CONNACK")]
    public async Task A_server_that_does_not_finish_its_answer_is_given_up(string answer)
    {
        var clock = new ManualTimeProvider();
        await using var client = Client(clock);
        var connecting = client.ConnectAsync();
        using var connection = await _server.AcceptAsync(answer);
        await Eventually.IsTrueAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return connecting.IsCompleted;
            },
            "the attempt to be given up");

        var exception = await Assert.ThrowsAsync<MqttConnectionException>(() => connecting);

        Assert.That(exception!.Message, Does.Contain("no CONNACK within 10 s"));
    }

    [TestCase("20 FF FF FF 7F", ReasonCode.PacketTooLarge, Description = "announces 256 MiB")]
    [TestCase("20 FF FF FF FF 01", ReasonCode.MalformedPacket, Description = "a length of five bytes")]
    [TestCase("20 03 02 00 00", ReasonCode.MalformedPacket, Description = "reserved flags")]
    [TestCase("20 03 01 87 00", ReasonCode.ProtocolError, Description = "refuses, and has a session")]
    [TestCase("30 05 00 01 't' 00 'x'", ReasonCode.ProtocolError, Description = "PUBLISH before CONNACK")]
    [TestCase("F0 00", ReasonCode.ProtocolError, Description = "AUTH that was not asked for")]
    public async Task An_answer_that_is_none_is_told(string answer, ReasonCode expected)
    {
        await using var client = Client();
        var connecting = client.ConnectAsync();
        using var connection = await _server.AcceptAsync(answer);

        var exception = await Assert.ThrowsAsync<MqttConnectionException>(() => connecting);

        Assert.That(exception!.ReasonCode, Is.EqualTo(expected));
    }

    [Test]
    public async Task A_packet_above_the_announced_size_is_refused_before_it_is_received()
    {
        await using var client = Client();
        using var connection = await _server.ConnectAsync(client);

        await connection.SendAsync("30 FF FF FF 7F 00 01 't'");

        await connection.ExpectDisconnectAsync(ReasonCode.PacketTooLarge);
    }

    [Test]
    public async Task No_nonsense_of_a_server_keeps_the_client_from_its_next_connection()
    {
        var random = new Random(20261121);
        byte[][] sound =
        [
            Reading.Bytes("32 13 00 0A 'long/topic' 00 01 03 23 00 01 'x'"),
            Reading.Bytes("34 0B 00 01 't' 00 02 04 0B 05 01 01 'y'"),
            Reading.Bytes("62 03 00 02 00 90 06 00 01 00 00 01 02 40 04 00 01 10 00"),
            Reading.Bytes("50 03 00 01 00 70 02 00 01 D0 00 B0 04 00 03 00 11"),
            Reading.Bytes("E0 0A 9D 08 1C 00 05 'other' F0 0C 18 0A 15 00 01 'M' 16 00 03 'abc'"),
        ];
        await using var client = Client();
        client.Start();
        var published = client.PublishAsync(SomeMessage.Of("t", "through it all", QualityOfService.ExactlyOnce)).AsTask();
        for (var i = 0; i < 300; i++)
        {
            using var connection = await _server.AcceptAsync(i % 2 == 0 ? ScriptedServer.ConnAckWithSession : ScriptedServer.ConnAck);
            var bytes = sound.SelectMany(packet => packet).ToArray();
            for (var mutations = random.Next(1, 6); mutations > 0; mutations--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            await connection.SendAsync(Convert.ToHexString(bytes));
        }

        using var last = await _server.AcceptAsync();
        var alive = client.SubscribeAsync(TopicFilter.Parse("alive"));
        await Eventually.IsTrueAsync(() => client.State == MqttConnectionState.Connected, "the client to be connected");
        Assert.That(alive.IsFaulted, Is.False);
        await client.DisconnectAsync().WaitAsync(Eventually.Limit);
        await published.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // some of the nonsense may have acknowledged or refused it
        Assert.That(published.IsCompleted, Is.True);
    }

    private MqttClient Client(TimeProvider? clock = null) => new(
        new MqttClientOptions { Host = "127.0.0.1", Port = _server.Port, ClientIdentifier = "c", ReconnectDelay = TimeSpan.FromMilliseconds(1), ReconnectDelayMax = TimeSpan.FromMilliseconds(1) },
        clock);
}
