using System.Text;
using System.Text.Json;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Tests.Broker;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Presence;

/// <summary>Lifecycle events as AWS IoT sends them.</summary>
public sealed class PresenceTests
{
    private const MqttProtocolVersion V500 = MqttProtocolVersion.V500;

    private readonly ManualTimeProvider _clock = new();
    private TestBroker _broker = null!;
    private RawClient _watcher = null!;

    [SetUp]
    public async Task WatchAsync()
    {
        _broker = await TestBroker.StartAsync(clock: _clock);
        _watcher = await _broker.ConnectAsync(RawClient.Connect("watcher"));
        await _watcher.SendAsync(RawClient.Subscribe("$aws/events/presence/#", 1));
        await _watcher.ExpectAsync("90 03 0001 01");
    }

    [TearDown]
    public async Task StopAsync()
    {
        _watcher.Dispose();
        await _broker.DisposeAsync();
    }

    [Test]
    public async Task Coming_and_going_are_told_with_the_same_session_and_number()
    {
        var now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        using var client = await _broker.ConnectAsync(RawClient.Connect("vac-01"));
        var connected = await ReceiveAsync("$aws/events/presence/connected/vac-01");
        await client.SendAsync("E000");
        var disconnected = await ReceiveAsync("$aws/events/presence/disconnected/vac-01");

        Assert.Multiple(() =>
        {
            Assert.That(connected.EnumerateObject().Select(static member => member.Name), Is.EqualTo(
                new[] { "clientId", "timestamp", "eventType", "sessionIdentifier", "principalIdentifier", "ipAddress", "versionNumber" }));
            Assert.That(Text(connected, "clientId"), Is.EqualTo("vac-01"));
            Assert.That(connected.GetProperty("timestamp").GetInt64(), Is.EqualTo(now));
            Assert.That(Text(connected, "eventType"), Is.EqualTo("connected"));
            Assert.That(Guid.TryParse(Text(connected, "sessionIdentifier"), out _), Is.True);
            Assert.That(Text(connected, "ipAddress"), Is.EqualTo("127.0.0.1"));
            Assert.That(Text(disconnected, "eventType"), Is.EqualTo("disconnected"));
            Assert.That(Text(disconnected, "sessionIdentifier"), Is.EqualTo(Text(connected, "sessionIdentifier")));
            Assert.That(disconnected.GetProperty("versionNumber").GetInt64(), Is.EqualTo(connected.GetProperty("versionNumber").GetInt64()));
            Assert.That(disconnected.GetProperty("clientInitiatedDisconnect").GetBoolean(), Is.True);
            Assert.That(Text(disconnected, "disconnectReason"), Is.EqualTo("CLIENT_INITIATED_DISCONNECT"));
        });
    }

    [Test]
    public async Task A_lost_connection_is_told_as_such()
    {
        using (await ConnectAsync("c"))
        {
        }

        var gone = await ReceiveAsync("$aws/events/presence/disconnected/c");
        Assert.That(Text(gone, "disconnectReason"), Is.EqualTo("CONNECTION_LOST"));
        Assert.That(gone.GetProperty("clientInitiatedDisconnect").GetBoolean(), Is.False);
    }

    [Test]
    public async Task A_second_connection_ends_the_first_and_has_a_higher_number()
    {
        using var first = await _broker.ConnectAsync(RawClient.Connect("c"));
        var before = await ReceiveAsync("$aws/events/presence/connected/c");
        using var second = await _broker.ConnectAsync(RawClient.Connect("c"));

        var gone = await ReceiveAsync("$aws/events/presence/disconnected/c");
        var after = await ReceiveAsync("$aws/events/presence/connected/c");

        Assert.That(Text(gone, "disconnectReason"), Is.EqualTo("DUPLICATE_CLIENTID"));
        Assert.That(after.GetProperty("versionNumber").GetInt64(), Is.GreaterThan(before.GetProperty("versionNumber").GetInt64()));
        Assert.That(Text(after, "sessionIdentifier"), Is.Not.EqualTo(Text(before, "sessionIdentifier")));
    }

    [Test]
    public async Task Silence_faults_and_operators_are_told_apart()
    {
        using var silent = await ConnectAsync("silent", keepAlive: 10);
        _clock.Advance(TimeSpan.FromSeconds(15));
        await _broker.Broker.TurnAsync();
        Assert.That(Text(await ReceiveAsync("$aws/events/presence/disconnected/silent"), "disconnectReason"), Is.EqualTo("MQTT_KEEP_ALIVE_TIMEOUT"));

        using var faulty = await ConnectAsync("faulty");
        await faulty.SendAsync(RawClient.Connect("faulty"));
        Assert.That(Text(await ReceiveAsync("$aws/events/presence/disconnected/faulty"), "disconnectReason"), Is.EqualTo("CLIENT_ERROR"));

        using var kicked = await ConnectAsync("kicked");
        await _broker.Broker.DisconnectClientAsync("kicked");
        Assert.That(Text(await ReceiveAsync("$aws/events/presence/disconnected/kicked"), "disconnectReason"), Is.EqualTo("API_INITIATED_DISCONNECT"));
    }

    [TestCase("a+b", Description = "a wildcard")]
    [TestCase("#", Description = "a wildcard")]
    public async Task A_client_identifier_that_cannot_stand_in_a_topic_has_no_events(string client)
    {
        using (await _broker.ConnectAsync(RawClient.Connect(client)))
        {
        }

        await Eventually.IsTrueAsync(async () => (await _broker.Broker.GetStatisticsAsync()).ConnectedClients == 1, "the client to go");
        await _watcher.ExpectNothingAsync();
    }

    [TestCase(65_535)]
    [TestCase(65_400)]
    public async Task A_client_identifier_of_any_length_is_safe(int length)
    {
        using var client = await _broker.ConnectAsync(RawClient.Connect(new string('x', length)));
        if (length + "$aws/events/presence/connected/".Length <= 65_535)
        {
            await ReceiveAsync("$aws/events/presence/connected/" + new string('x', length));
        }

        await client.ExpectNothingAsync();
    }

    [Test]
    public async Task Slashes_quotes_and_control_characters_come_out_as_they_are()
    {
        const string Client = "a/b \"c\"\u0001\u001b[31m";
        using var client = await _broker.ConnectAsync(RawClient.Connect(Client));

        var connected = await ReceiveAsync($"$aws/events/presence/connected/{Client}");

        Assert.That(Text(connected, "clientId"), Is.EqualTo(Client));
    }

    [Test]
    public async Task A_client_identifier_of_many_levels_has_no_events()
    {
        using var client = await _broker.ConnectAsync(RawClient.Connect(new string('/', 60_000)));

        await _watcher.ExpectNothingAsync();
    }

    [Test]
    public async Task Subscriptions_are_told_with_the_filters_that_were_granted_or_there()
    {
        using var observer = await ConnectAsync("observer");
        await observer.SendAsync(RawClient.Subscribe("$aws/events/subscriptions/#", 1));
        await observer.ExpectAsync("90 03 0001 01");
        var own = await ReceiveAsync("$aws/events/subscriptions/subscribed/observer", observer);
        Assert.That(Topics(own), Is.EqualTo(new[] { "$aws/events/subscriptions/#" }), "its own, once");

        using var client = await ConnectAsync("c", V500);
        await client.SendAsync("82 12 0001 00 0003 612F62 01 0006 24736861726500");
        Assert.That((await client.ReceivePacketAsync())[0], Is.EqualTo(0x90));
        Assert.That(Topics(await ReceiveAsync("$aws/events/subscriptions/subscribed/c", observer)), Is.EqualTo(new[] { "a/b", "$share" }));

        await client.SendAsync("A2 0B 0002 00 0003 612F62 0001 78");
        await client.ReceivePacketAsync();
        var removed = await ReceiveAsync("$aws/events/subscriptions/unsubscribed/c", observer);
        Assert.That(Text(removed, "eventType"), Is.EqualTo("unsubscribed"));
        Assert.That(Topics(removed), Is.EqualTo(new[] { "a/b" }));
        await observer.ExpectNothingAsync();
    }

    [Test]
    public async Task A_session_that_is_kept_gets_what_it_missed()
    {
        using (var away = await ConnectAsync("away", clean: false))
        {
            await away.SendAsync(RawClient.Subscribe("$aws/events/presence/connected/+", 1));
            await away.ReceivePacketAsync();
            await away.SendAsync("E000");
            await ReceiveAsync("$aws/events/presence/disconnected/away");
        }

        using var other = await ConnectAsync("other");
        using var back = await RawClient.OpenAsync(_broker.Port);
        await back.SendAsync(RawClient.Connect("away", clean: false));
        await back.ExpectAsync("20 02 01 00");

        await ReceiveAsync("$aws/events/presence/connected/other", back);
        await ReceiveAsync("$aws/events/presence/connected/away", back);
    }

    private async Task<RawClient> ConnectAsync(string client, MqttProtocolVersion version = MqttProtocolVersion.V311, bool clean = true, ushort keepAlive = 60)
    {
        var connected = await _broker.ConnectAsync(RawClient.Connect(client, version, clean, keepAlive: keepAlive));
        await ReceiveAsync($"$aws/events/presence/connected/{client}");
        return connected;
    }

    private async Task<JsonElement> ReceiveAsync(string topic, RawClient? from = null)
    {
        var packet = await (from ?? _watcher).ReceivePacketAsync();
        PacketFrame.TryRead(packet, packet.Length, out var frame, out _);
        Assert.That(PublishView.TryRead(frame, MqttProtocolVersion.V311, PacketSender.Server, out var publish, out _), Is.True);
        Assert.That(Encoding.UTF8.GetString(publish.Topic), Is.EqualTo(topic));
        Assert.That(publish.QualityOfService, Is.EqualTo(QualityOfService.AtLeastOnce));
        var payload = publish.Payload.ToArray();
        await (from ?? _watcher).SendAsync($"4002{publish.PacketIdentifier:X4}");
        return JsonDocument.Parse(payload).RootElement;
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static IEnumerable<string> Topics(JsonElement element) => element.GetProperty("topics").EnumerateArray().Select(static topic => topic.GetString()!);
}
