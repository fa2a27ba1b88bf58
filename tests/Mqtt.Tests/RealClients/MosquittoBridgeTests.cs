using Roost.Mqtt.Tests.Broker;
using Roost.Mqtt.Tests.Client;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.RealClients;

/// <summary>Two brokers, one of them mosquitto, which bridges. Its users are Paho Python clients at both ends.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class MosquittoBridgeTests : IDisposable
{
    private const int Count = 300;

    private readonly TemporaryFolder _store = new();

    [TearDown]
    public void Dispose() => _store.Dispose();

    [Test]
    public async Task Messages_of_every_QoS_cross_in_both_directions([Values("mqttv311", "mqttv50")] string version)
    {
        await using var broker = await TestBroker.StartAsync();
        await using var bridge = await BridgeAsync(broker.Port, version);
        using var here = await ConnectAsync($"tcp://127.0.0.1:{broker.Port}", "here");
        using var there = await ConnectAsync($"tcp://127.0.0.1:{bridge.Port}", "there");
        await here.SubscribeAsync("#", 2);
        await there.SubscribeAsync("down/#", 2);
        await there.SubscribeAsync("both/#", 2);
        await Eventually.IsTrueAsync(async () => (await broker.Broker.GetStatisticsAsync()).Subscriptions == 3, "the bridge to subscribe");
        for (var quality = 0; quality <= 2; quality++)
        {
            await there.BurstAsync($"up/{quality}", quality, 0, Count);
            Assert.That(await here.ReadNumbersAsync(last: Count - 1), Is.EqualTo(Enumerable.Range(0, Count)), $"up, QoS {quality}");
            await there.BurstIsDoneAsync();
            await here.BurstAsync($"down/{quality}", quality, 0, Count);
            Assert.That(await there.ReadNumbersAsync(last: Count - 1), Is.EqualTo(Enumerable.Range(0, Count)), $"down, QoS {quality}");
            await here.BurstIsDoneAsync();
            await here.ReadNumbersAsync(last: Count - 1); // its own
        }

        // A topic that goes both ways comes once, and not round and round.
        await there.PublishAsync("both/x", 2, "1");
        await there.PublishAsync("up/x", 2, "2");
        Assert.That(await here.ReadNumbersAsync(last: 2), Is.EqualTo(new[] { 1, 2 }));
        await here.PublishAsync("both/x", 2, "3");
        await here.PublishAsync("down/x", 2, "4");
        Assert.That(await there.ReadNumbersAsync(last: 4), Is.EqualTo(new[] { 1, 3, 4 }));
        Assert.That(await here.ReadNumbersAsync(last: 4), Is.EqualTo(new[] { 3, 4 }));
    }

    [Test]
    public async Task A_kill_of_the_broker_loses_nothing_that_comes_over_the_bridge([Values("mqttv311", "mqttv50")] string version, [Values(1, 2)] int quality)
    {
        using var folder = new TemporaryFolder();
        var port = FreePort.Next();
        using var first = await BrokerProcess.StartAsync(port, folder.Path);
        await using var bridge = await BridgeAsync(port, version);
        using var here = await ConnectAsync($"tcp://127.0.0.1:{port}", "here", keep: true);
        await here.SubscribeAsync("up/#", quality);
        using var there = await ConnectAsync($"tcp://127.0.0.1:{bridge.Port}", "there");
        await there.BurstAsync("up/x", quality, 0, Count);
        var numbers = await here.ReadNumbersAsync(last: 20);

        await first.KillAsync();
        await there.BurstIsDoneAsync();
        using var second = await BrokerProcess.StartAsync(port, folder.Path);
        numbers.AddRange(await here.ReadNumbersAsync(last: Count - 1));

        Assert.That(numbers.Distinct(), Is.EqualTo(Enumerable.Range(0, Count)), "every message, in order");
        if (quality == 2)
        {
            Assert.That(numbers, Is.Unique);
        }
    }

    [Test]
    public async Task What_is_published_while_mosquitto_is_away_waits_for_it([Values(1, 2)] int quality)
    {
        await using var broker = await TestBroker.StartAsync();
        await using var bridge = await BridgeAsync(broker.Port, "mqttv311"); // with mqttv50 it asks for no Session Expiry Interval: its session ends with the connection
        using var here = await ConnectAsync($"tcp://127.0.0.1:{broker.Port}", "here");
        using var there = await ConnectAsync($"tcp://127.0.0.1:{bridge.Port}", "there", keep: true);
        await there.SubscribeAsync("down/#", quality);
        await Eventually.IsTrueAsync(async () => (await broker.Broker.GetStatisticsAsync()).Subscriptions == 2, "the bridge to subscribe");
        await bridge.TerminateAsync();
        await here.BurstAsync("down/x", quality, 0, Count);
        await here.BurstIsDoneAsync();

        await bridge.StartAgainAsync();

        Assert.That(await there.ReadNumbersAsync(last: Count - 1), Is.EqualTo(Enumerable.Range(0, Count)), "every message once, in order");
    }

    /// <summary>A mosquitto: what is published there on up/ comes here, what is published here on down/ goes there.</summary>
    private Task<Mosquitto> BridgeAsync(int brokerPort, string version) => Mosquitto.StartAsync(
        "max_inflight_messages 1000", // with 0 its bridge says so as a Receive Maximum of 0, which MQTT 5 forbids
        "persistence true",
        $"persistence_location {_store.Path}/",
        "connection roost",
        $"address 127.0.0.1:{brokerPort}",
        $"bridge_protocol_version {version}",
        "topic up/# out 2",
        "topic down/# in 2",
        "topic both/# both 2",
        "cleansession false",
        "restart_timeout 1",
        "notifications true");

    private static Task<DrivenClient> ConnectAsync(string url, string identifier, bool keep = false) =>
        DrivenClient.ConnectAsync(DriverKind.PahoPython, url, 4, identifier, keep);
}
