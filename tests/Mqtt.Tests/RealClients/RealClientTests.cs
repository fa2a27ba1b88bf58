using Roost.Mqtt.Tests.Broker;
using Roost.Mqtt.Tests.Transport;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.RealClients;

/// <summary>What users do with a broker, done by the client libraries that they do it with.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RealClientTests
{
    private const string Properties = "format=1&expiry=1000&content-type=text/plain&response-topic=answers/1&correlation=c17&z=1&a=2&a=3";

    private static IEnumerable<TestCaseData> Clients() =>
        from kind in DriverKind.All
        from version in (int[])[4, 5]
        select new TestCaseData(kind.Name, version);

    private static IEnumerable<TestCaseData> ClientsAndQualities() =>
        from client in Clients()
        from quality in (int[])[1, 2]
        select new TestCaseData(client.Arguments[0], client.Arguments[1], quality);

    [TestCaseSource(nameof(Clients))]
    public async Task Messages_of_every_QoS_arrive_whole_and_in_order(string name, int version)
    {
        await using var broker = await TestBroker.StartAsync();
        using var subscriber = await ConnectAsync(name, broker.Port, version, "subscriber");
        using var publisher = await ConnectAsync(name, broker.Port, version, "publisher");
        for (var quality = 0; quality <= 2; quality++)
        {
            await subscriber.SubscribeAsync($"q{quality}/+", quality);
            await publisher.BurstAsync($"q{quality}/x", quality, 0, 500);
            await publisher.BurstIsDoneAsync();
            Assert.That(await subscriber.ReadNumbersAsync(last: 499), Is.EqualTo(Enumerable.Range(0, 500)), $"QoS {quality}");
        }
    }

    [Test]
    public async Task Messages_of_every_QoS_arrive_over_TLS_and_WebSocket(
        [Values("mqtt.js", "paho-python", "paho-c")] string name, [Values(4, 5)] int version, [Values("tls", "ws", "wss")] string scheme)
    {
        using var certificates = new TestCertificates();
        await using var broker = await TestBroker.StartAsync(options =>
        {
            options.Listeners[0].Websocket = scheme != "tls";
            options.Listeners[0].Tls = scheme == "ws" ? null : certificates.Options;
        });
        var kind = DriverKind.All.Single(kind => kind.Name == name);
        var url = $"{scheme}://localhost:{broker.Port}{(scheme == "tls" ? "" : "/mqtt")}";
        using var client = await DrivenClient.ConnectAsync(kind, url, version, "c", authority: scheme == "ws" ? "" : certificates.AuthorityFile);
        for (var quality = 0; quality <= 2; quality++)
        {
            await client.SubscribeAsync($"q{quality}", quality);
            await client.BurstAsync($"q{quality}", quality, 0, 200);
            Assert.That(await client.ReadNumbersAsync(last: 199), Is.EqualTo(Enumerable.Range(0, 200)), $"QoS {quality}");
            await client.BurstIsDoneAsync();
        }
    }

    [TestCaseSource(nameof(Clients))]
    public async Task A_retained_message_and_the_will_of_a_process_that_is_killed_are_seen(string name, int version)
    {
        await using var broker = await TestBroker.StartAsync();
        using var publisher = await ConnectAsync(name, broker.Port, version, "publisher");
        await publisher.PublishAsync("state/1", 1, "kept", retain: true);
        await publisher.PublishAsync("state/2", 1, "kept", retain: true);
        await publisher.PublishAsync("state/2", 1, "", retain: true);
        using var mortal = await ConnectAsync(name, broker.Port, version, "mortal", will: "state/3,2,1,dead");
        using var watcher = await ConnectAsync(name, broker.Port, version, "watcher");
        await watcher.SubscribeAsync("state/#", 2);
        Assert.That(await watcher.NextMessageAsync("the retained message"), Is.EqualTo(new DrivenMessage("state/1", 1, true, "kept", "")));

        await mortal.KillAsync();

        Assert.That(await watcher.NextMessageAsync("the will"), Is.EqualTo(new DrivenMessage("state/3", 2, false, "dead", "")));
        using var later = await ConnectAsync(name, broker.Port, version, "later");
        await later.SubscribeAsync("state/3", 2);
        Assert.That(await later.NextMessageAsync("the will that is retained"), Is.EqualTo(new DrivenMessage("state/3", 2, true, "dead", "")));
    }

    [TestCaseSource(nameof(Clients))]
    public async Task A_session_waits_for_its_client(string name, int version)
    {
        await using var broker = await TestBroker.StartAsync();
        using var publisher = await ConnectAsync(name, broker.Port, version, "publisher");
        using (var keeper = await ConnectAsync(name, broker.Port, version, "keeper", keep: true))
        {
            await keeper.SubscribeAsync("a", 2);
            await keeper.DisconnectAsync();
        }

        await publisher.BurstAsync("a", 1, 0, 100);
        await publisher.BurstIsDoneAsync();
        await publisher.BurstAsync("a", 2, 100, 100);
        await publisher.BurstIsDoneAsync();
        using (var keeper = await ConnectAsync(name, broker.Port, version, "keeper", keep: true, sessionPresent: true))
        {
            Assert.That(await keeper.ReadNumbersAsync(last: 199), Is.EqualTo(Enumerable.Range(0, 200)));
            await publisher.PublishAsync("a", 2, "200"); // on the same stream, so all before it has been answered
            Assert.That((await keeper.NextMessageAsync("200")).Payload, Is.EqualTo("200"));
            await keeper.DisconnectAsync();
        }

        using var last = await ConnectAsync(name, broker.Port, version, "keeper", keep: true, sessionPresent: true);
        await publisher.PublishAsync("a", 1, "201");
        Assert.That((await last.NextMessageAsync("201")).Payload, Is.EqualTo("201"));
    }

    [TestCaseSource(nameof(ClientsAndQualities))]
    public async Task A_kill_of_the_broker_in_mid_delivery_loses_nothing_and_at_QoS_2_repeats_nothing(string name, int version, int quality)
    {
        using var folder = new TemporaryFolder();
        var port = FreePort.Next();
        using var first = await BrokerProcess.StartAsync(port, folder.Path);
        using var subscriber = await ConnectAsync(name, port, version, "subscriber", keep: true);
        await subscriber.SubscribeAsync("a", quality);
        // Not Paho C 1.3.12: the topic of the first message that it repeats after a reconnect is not the one that was published.
        using var publisher = await ConnectAsync(name == "paho-c" ? "mqtt.js" : name, port, version, "publisher", keep: true);
        await publisher.BurstAsync("a", quality, 0, 1000);
        var numbers = await subscriber.ReadNumbersAsync(last: 100);

        await first.KillAsync();
        using var second = await BrokerProcess.StartAsync(port, folder.Path);
        await publisher.BurstIsDoneAsync();
        await publisher.PublishAsync("a", quality, "1000");
        numbers.AddRange(await subscriber.ReadNumbersAsync(last: 1000));

        Assert.That(numbers.Distinct(), Is.EquivalentTo(Enumerable.Range(0, 1001)), "every message");
        if (quality == 2)
        {
            Assert.That(numbers, Is.Unique);
        }
    }

    [TestCaseSource(nameof(Clients))]
    public async Task The_largest_payload_and_many_topics_are_passed_on(string name, int version)
    {
        const int MaxPacketBytes = 256 * 1024;
        await using var broker = await TestBroker.StartAsync();
        using var client = await ConnectAsync(name, broker.Port, version, "c");
        await client.SubscribeAsync("big", 1);
        var overhead = 1 + 3 + 2 + "big".Length + 2 + (version == 5 ? 1 : 0); // first byte, Remaining Length, topic, identifier, properties
        var payload = new string('x', MaxPacketBytes - overhead);
        await client.PublishAsync("big", 1, payload);
        Assert.That((await client.NextMessageAsync("the largest payload")).Payload == payload, "the payload is the same");

        await client.SubscribeAsync("many/+/state", 0);
        for (var i = 0; i < 500; i++)
        {
            await client.BurstAsync($"many/{i}/state", 0, i, 1);
        }

        for (var i = 0; i < 500; i++)
        {
            var message = await client.NextMessageAsync($"topic {i}");
            Assert.That((message.Topic, message.Payload), Is.EqualTo(($"many/{i}/state", $"{i}")));
        }
    }

    [TestCase("mqtt.js")]
    [TestCase("paho-python")]
    [TestCase("paho-c")]
    public async Task Clients_of_both_versions_talk_to_each_other(string name)
    {
        await using var broker = await TestBroker.StartAsync();
        using var modern = await ConnectAsync(name, broker.Port, 5, "modern");
        using var old = await ConnectAsync(name, broker.Port, 4, "old");
        using var js = await ConnectAsync("mqtt.js", broker.Port, 5, "js");
        using var python = await ConnectAsync("paho-python", broker.Port, 5, "python");
        using var c = await ConnectAsync("paho-c", broker.Port, 5, "c");
        foreach (var client in (DrivenClient[])[modern, old, js, python, c])
        {
            await client.SubscribeAsync("#", 2);
        }

        await modern.PublishAsync("request", 2, "of 5", properties: Properties);
        foreach (var client in (DrivenClient[])[modern, js, python, c])
        {
            var message = await client.NextMessageAsync("the message of 5");
            Assert.That((message.Topic, message.QualityOfService, message.Payload), Is.EqualTo(("request", 2, "of 5")));
            Assert.That(message.Properties.Split('&'), Is.EquivalentTo(Properties.Split('&')));
            Assert.That(message.Properties.Split('&')[^3..], Is.EqualTo(Properties.Split('&')[^3..]), "User Properties in their order");
        }

        Assert.That(await old.NextMessageAsync("the message of 5"), Is.EqualTo(new DrivenMessage("request", 2, false, "of 5", "")));

        // Only now: some clients show a QoS 2 message at its PUBREL, which one of QoS 1 may overtake.
        await old.PublishAsync("request", 1, "of 3.1.1");
        foreach (var client in (DrivenClient[])[modern, old, js, python, c])
        {
            Assert.That(await client.NextMessageAsync("the message of 3.1.1"), Is.EqualTo(new DrivenMessage("request", 1, false, "of 3.1.1", "")));
        }
    }

    private static Task<DrivenClient> ConnectAsync(
        string name, int port, int version, string identifier, bool keep = false, bool sessionPresent = false, string will = "") =>
        DrivenClient.ConnectAsync(DriverKind.All.Single(kind => kind.Name == name), $"tcp://127.0.0.1:{port}", version, identifier, keep, sessionPresent, will);
}
