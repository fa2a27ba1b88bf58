using System.Text;
using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Streams.Bridge;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Bridge;

/// <summary>The bridge between a broker here and a real mosquitto there.</summary>
[TestFixture("5")]
[TestFixture("3.1.1")]
[Parallelizable]
public sealed class BridgeTests(string version)
{
    private TemporaryFolder _folder = null!;
    private Cloud _cloud = null!;

    [SetUp]
    public async Task SetUp()
    {
        _folder = new TemporaryFolder();
        _cloud = new Cloud(_folder["cloud"]);
        await _cloud.StartAsync();
        await _cloud.CollectAsync();
    }

    [TearDown]
    public async Task TearDown()
    {
        await _cloud.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_message_goes_out_under_its_other_prefix()
    {
        await using var host = await StartAsync(new BridgeOptions { Topics = ["+/state"], LocalPrefix = "robots/", RemotePrefix = "site-17/" });
        await host.OnlineAsync();
        var robot = await host.ConnectAsync();

        await robot.PublishAsync(Message("robots/vac-01/state", "docked", retain: true));
        await robot.PublishAsync(Message("robots/vac-01/telemetry", "not asked for"));
        await robot.PublishAsync(Message("robots/vac-02/state", "cleaning"));

        await Eventually.IsTrueAsync(() => _cloud.Count == 2, "both states at the cloud");
        Assert.That(_cloud.Arrived.Select(message => message.Topic.Value), Is.EqualTo(new[] { "site-17/vac-01/state", "site-17/vac-02/state" }));
        Assert.That(await RetainedAtCloudAsync("site-17/vac-01/state"), Is.EqualTo("docked"));
        await Eventually.IsTrueAsync(() => host.Status is { MessagesOut: 2, Queued: 0 }, "the counters");
    }

    [Test]
    public async Task What_was_acknowledged_while_the_cloud_was_away_arrives_after_a_restart_in_order_and_once()
    {
        await _cloud.StopAsync();
        await using (var host = await StartAsync(Out()))
        {
            var robot = await host.ConnectAsync();
            foreach (var number in Enumerable.Range(0, 100))
            {
                await robot.PublishAsync(Message("robots/n", $"{number}"));
            }

            Assert.That(host.Status.Queued, Is.EqualTo(100));
        }

        await using var again = await StartAsync(Out());
        Assert.That(again.Status.Queued, Is.EqualTo(100));
        await _cloud.StartAsync();

        await Eventually.IsTrueAsync(() => _cloud.Count >= 100, "the backlog");
        await Eventually.IsTrueAsync(() => again.Status.Queued == 0, "the queue to be empty");
        Assert.That(_cloud.Numbers, Is.EqualTo(Enumerable.Range(0, 100)));
    }

    [Test]
    public async Task A_cloud_that_restarts_in_the_midst_loses_nothing_and_the_order_of_first_copies_stays()
    {
        const int Count = 600;
        await using var host = await StartAsync(Out());
        await host.OnlineAsync();
        var robot = await host.ConnectAsync();
        var publishing = Task.Run(async () =>
        {
            foreach (var number in Enumerable.Range(0, Count))
            {
                await robot.PublishAsync(Message("robots/n", $"{number}"));
            }
        });
        await Eventually.IsTrueAsync(() => _cloud.Count > 100, "the flow to begin");

        await _cloud.StopAsync(); // with persistence: what it acknowledged, it kept
        await _cloud.StartAsync();
        await publishing.WaitAsync(Eventually.Limit);

        await Eventually.IsTrueAsync(() => _cloud.HighestNumber == Count - 1 && host.Status.Queued == 0, "all of it");
        Assert.That(_cloud.Numbers.Distinct(), Is.EqualTo(Enumerable.Range(0, Count)));
    }

    [Test]
    public async Task Commands_sent_while_the_gateway_was_away_arrive_and_those_of_the_first_seconds_too()
    {
        await using (var host = await StartAsync(In()))
        {
            await SubscribedAsync();
        }

        await PublishAtCloudAsync(Enumerable.Range(0, 100).Select(number => Message("site-17/commands/go", $"{number}")));
        await using var again = await StartAsync(In()); // they come right behind CONNACK
        await again.ListenAsync("commands/#");
        await PublishAtCloudAsync(Enumerable.Range(100, 100).Select(number => Message("site-17/commands/go", $"{number}")));

        // The first hundred came before the robot had a session here: as for any message, who subscribes later hears what comes later.
        await Eventually.IsTrueAsync(() => again.Status.MessagesIn == 200, "all commands to be taken");
        await again.HeardAsync(100);
        Assert.That(again.TextsHere[^100..], Is.EqualTo(Enumerable.Range(100, 100).Select(number => $"{number}")));
    }

    [Test]
    public async Task A_robot_with_a_session_here_gets_commands_sent_while_the_gateway_was_away_in_order()
    {
        await using (var host = await StartAsync(In()))
        {
            await SubscribedAsync();
            await host.ListenAsync("commands/#", QualityOfService.ExactlyOnce);
        }

        await PublishAtCloudAsync(Enumerable.Range(0, 500).Select(number => Message("site-17/commands/go", $"{number}")));
        await using var again = await StartAsync(In());
        await again.ListenAsync("commands/#");

        await again.HeardAsync(500);
        Assert.That(again.TextsHere, Is.EqualTo(Enumerable.Range(0, 500).Select(number => $"{number}")));
    }

    [TestCase("robots/#", "", "", Description = "the same topics on both sides")]
    [TestCase("#", "robots/", "robots/")]
    [TestCase("#", "robots/", "site-17/")]
    public async Task Both_ways_with_overlapping_topics_nothing_comes_back_and_nothing_comes_twice(string topic, string local, string remote)
    {
        await using var host = await StartAsync(new BridgeOptions { Topics = [topic], Direction = BridgeDirection.Both, LocalPrefix = local, RemotePrefix = remote });
        await SubscribedAsync();
        await host.ListenAsync("robots/#");
        var robot = await host.ConnectAsync();
        var there = remote.Length > 0 ? remote : "robots/";

        await robot.PublishAsync(Message("robots/a", "from here"));
        await PublishAtCloudAsync([Message(there + "b", "from the cloud")]);
        await Eventually.IsTrueAsync(() => _cloud.Count >= 2 && host.Here.Count >= 2, "both messages on both sides");
        await robot.PublishAsync(Message("robots/c", "last from here"));
        await PublishAtCloudAsync([Message(there + "d", "last from the cloud")]);
        await Eventually.IsTrueAsync(() => _cloud.Count >= 4 && host.Here.Count >= 4, "the last messages on both sides, behind whatever came back");

        Assert.That(host.TextsHere, Is.EquivalentTo(new[] { "from here", "from the cloud", "last from here", "last from the cloud" }));
        Assert.That(_cloud.Arrived.Select(message => Encoding.UTF8.GetString(message.Payload.Span)), Is.EquivalentTo(new[] { "from here", "from the cloud", "last from here", "last from the cloud" }));
    }

    [Test]
    public async Task Two_gateways_on_one_cloud_hear_each_other_once()
    {
        var both = new BridgeOptions { Topics = ["robots/#"], Direction = BridgeDirection.Both };
        await using var one = await StartAsync(both);
        await using var other = await BridgeHost.StartAsync(_folder["other"], options => Configure(options, "site-18"), both);
        await SubscribedAsync(2);
        await one.ListenAsync("robots/#");
        await other.ListenAsync("robots/#");
        var (robot, neighbour) = (await one.ConnectAsync(), await other.ConnectAsync());

        await robot.PublishAsync(Message("robots/a", "1"));
        await neighbour.PublishAsync(Message("robots/b", "2"));
        await Eventually.IsTrueAsync(() => one.Here.Count >= 2 && other.Here.Count >= 2, "each message at both");
        await robot.PublishAsync(Message("robots/a", "3"));
        await neighbour.PublishAsync(Message("robots/b", "4"));
        await Eventually.IsTrueAsync(() => one.Here.Count >= 4 && other.Here.Count >= 4, "later messages at both, behind any that would circle");

        Assert.That(one.TextsHere, Is.EquivalentTo(new[] { "1", "2", "3", "4" }));
        Assert.That(other.TextsHere, Is.EquivalentTo(new[] { "1", "2", "3", "4" }));
        Assert.That(_cloud.Count, Is.EqualTo(4));
    }

    [Test]
    public async Task What_a_wildcard_does_not_name_of_the_brokers_own_topics_stays_where_it_is()
    {
        await using var host = await StartAsync(new BridgeOptions { Topics = ["#"], RemotePrefix = "$aws/things/", Direction = BridgeDirection.Out, LocalPrefix = "robots/" });
        await host.OnlineAsync();
        var robot = await host.ConnectAsync();

        await robot.PublishAsync(Message("robots/$SYS/spoofed", "1")); // named by its prefix: to $aws/things/$SYS/spoofed
        await robot.PublishAsync(Message("elsewhere", "2"));
        await Eventually.IsTrueAsync(() => host.Status.MessagesOut == 1, "the one message that has a place there");

        Assert.That(host.Status.DroppedOut, Is.Empty);
    }

    [Test]
    public async Task A_topic_that_the_broker_here_keeps_to_itself_is_not_published_by_the_cloud()
    {
        await using var host = await StartAsync(new BridgeOptions { Topics = ["#"], RemotePrefix = "site-17/", Direction = BridgeDirection.In });
        await SubscribedAsync();
        await host.ListenAsync("#");

        await PublishAtCloudAsync([Message("site-17/$SYS/broker/uptime", "spoofed"), Message("site-17/$share/x", "odd"), Message("site-17/commands/go", "fine")]);

        await host.HeardAsync(1);
        await Eventually.IsTrueAsync(() => host.Status.DroppedIn.GetValueOrDefault("topic") == 2, "the two others to be counted");
        Assert.That(host.TextsHere, Is.EqualTo(new[] { "fine" }));
    }

    [Test]
    public async Task What_is_retained_here_already_goes_once_and_not_at_every_start()
    {
        await using (var host = await StartAsync(new BridgeOptions { Topics = ["other/#"] }))
        {
            var robot = await host.ConnectAsync();
            await robot.PublishAsync(Message("robots/vac-01/state", "1", retain: true));
        }

        for (var start = 0; start < 2; start++)
        {
            await using var host = await StartAsync(Out());
            await host.OnlineAsync();
            var robot = await host.ConnectAsync();
            await robot.PublishAsync(Message("robots/n", $"{start + 2}"));
            await Eventually.IsTrueAsync(() => _cloud.HighestNumber == start + 2, "the message behind it");
        }

        Assert.That(_cloud.Numbers, Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(await RetainedAtCloudAsync("robots/vac-01/state"), Is.EqualTo("1"));
    }

    [Test]
    public async Task Topics_that_overlap_carry_a_message_once()
    {
        await using var host = await StartAsync(
            new BridgeOptions { Topics = ["robots/#", "robots/+/state", "+/vac-01/#"] },
            new BridgeOptions { Name = "again", Topics = ["robots/vac-01/#"] },
            new BridgeOptions { Name = "elsewhere", Topics = ["robots/vac-01/#"], RemotePrefix = "copy/" });
        await host.OnlineAsync();
        var robot = await host.ConnectAsync();

        await robot.PublishAsync(Message("robots/vac-01/state", "1"));
        await Eventually.IsTrueAsync(() => _cloud.Count >= 2, "the message and its copy");
        await robot.PublishAsync(Message("robots/vac-02", "2"));
        await Eventually.IsTrueAsync(() => _cloud.HighestNumber == 2, "the message behind them");

        Assert.That(_cloud.Arrived.Select(message => message.Topic.Value), Is.EquivalentTo(new[] { "robots/vac-01/state", "copy/robots/vac-01/state", "robots/vac-02" }));
    }

    [Test]
    public async Task A_topic_taken_out_of_the_configuration_is_taken_back_from_the_session()
    {
        await using (var host = await StartAsync(new BridgeOptions { Topics = ["a/#", "b/#"], Direction = BridgeDirection.In }))
        {
            await SubscribedAsync(2);
        }

        await using var again = await StartAsync(new BridgeOptions { Topics = ["b/#"], Direction = BridgeDirection.In });
        await Eventually.IsTrueAsync(async () => !(await File.ReadAllTextAsync(_folder["gateway/bridge/subscriptions.json"])).Contains("a/#", StringComparison.Ordinal), "the subscription to be taken back");
        await again.ListenAsync("#");
        await PublishAtCloudAsync([Message("a/x", "1"), Message("b/x", "2")]);

        await again.HeardAsync(1);
        Assert.That(again.TextsHere, Is.EqualTo(new[] { "2" }));
    }

    [Test]
    public async Task Messages_of_qos_0_go_while_there_is_a_connection_and_are_counted_while_there_is_none()
    {
        await using var host = await StartAsync(Out());
        await host.OnlineAsync();
        var robot = await host.ConnectAsync();
        await robot.PublishAsync(Message("robots/n", "1", QualityOfService.AtMostOnce));
        await Eventually.IsTrueAsync(() => _cloud.Count == 1, "the message");
        await _cloud.StopAsync();
        await Eventually.IsTrueAsync(() => host.Uplink.Status.State != UplinkState.Connected, "the end of the connection");

        await robot.PublishAsync(Message("robots/n", "2", QualityOfService.AtMostOnce));

        await Eventually.IsTrueAsync(() => host.Status.DroppedOut.GetValueOrDefault("offline") == 1, "the message to be counted");
        Assert.That(host.Status.Queued, Is.Zero);
    }

    [Test]
    public async Task Messages_of_qos_0_can_be_kept_like_others()
    {
        await _cloud.StopAsync();
        await using var host = await StartAsync(new BridgeOptions { Topics = ["robots/#"], QueueQos0 = true });
        var robot = await host.ConnectAsync();
        await robot.PublishAsync(Message("robots/n", "1", QualityOfService.AtMostOnce));
        await Eventually.IsTrueAsync(() => host.Status.Queued == 1, "the message to be kept");

        await _cloud.StartAsync();

        await Eventually.IsTrueAsync(() => _cloud.Count == 1, "the message");
    }

    [Test]
    public async Task A_full_queue_that_rejects_tells_the_publisher()
    {
        await _cloud.StopAsync();
        await using var host = await StartAsync(Out(new BridgeQueueOptions { Messages = 3 }));
        var robot = await host.ConnectAsync();
        for (var number = 0; number < 3; number++)
        {
            await robot.PublishAsync(Message("robots/n", $"{number}"));
        }

        var refusal = await Assert.ThrowsAsync<MqttPublishRefusedException>(() => robot.PublishAsync(Message("robots/n", "3")).AsTask());

        Assert.That(refusal!.ReasonCode, Is.EqualTo(ReasonCode.QuotaExceeded));
        Assert.That(host.Status.Queued, Is.EqualTo(3));
    }

    [TestCase(BridgeFullPolicy.DropNewest, new[] { 0, 1, 2 })]
    [TestCase(BridgeFullPolicy.DropOldest, new[] { 2, 3, 4 })]
    public async Task A_full_queue_that_drops_acknowledges_and_counts(BridgeFullPolicy full, int[] kept)
    {
        await _cloud.StopAsync();
        await using var host = await StartAsync(Out(new BridgeQueueOptions { Messages = 3, Full = full }));
        var robot = await host.ConnectAsync();
        for (var number = 0; number < 5; number++)
        {
            await robot.PublishAsync(Message("robots/n", $"{number}"));
        }

        await _cloud.StartAsync();

        await Eventually.IsTrueAsync(() => _cloud.Count >= 3 && host.Status.DroppedOut.GetValueOrDefault("full") == 2, "what was kept, and the count of what was not");
        Assert.That(_cloud.Numbers, Is.EqualTo(kept));
    }

    [Test]
    public async Task A_message_over_which_the_server_hangs_up_goes_to_the_dead_and_the_others_arrive()
    {
        await using var link = new PoisonLink(_cloud.Port, "poison");
        await using var host = await BridgeHost.StartAsync(_folder["gateway"], options =>
        {
            Configure(options, "site-17");
            options.Port = link.Port;
        }, Out());
        await host.OnlineAsync();
        var robot = await host.ConnectAsync();

        await robot.PublishAsync(Message("robots/n", "1"));
        await robot.PublishAsync(Message("robots/n", "poison"));
        await robot.PublishAsync(Message("robots/n", "2"));

        await Eventually.IsTrueAsync(() => _cloud.Count > 0 && _cloud.HighestNumber == 2, "the message behind it", TimeSpan.FromSeconds(60));
        Assert.That(host.Status.DroppedOut.GetValueOrDefault("refused"), Is.EqualTo(1));
        using var dead = host.Catalog.Get(StreamName.Parse("$dead")).OpenReader(0);
        Assert.That(Encoding.UTF8.GetString((await dead.ReadAsync(10, 1024, CancellationToken.None))[0].Payload.Span), Is.EqualTo("poison"));
    }

    private static BridgeOptions Out(BridgeQueueOptions? queue = null) => new() { Topics = ["robots/#"], Queue = queue ?? new BridgeQueueOptions() };

    private static BridgeOptions In() => new() { Topics = ["commands/#"], Direction = BridgeDirection.In, RemotePrefix = "site-17/" };

    private static MqttMessage Message(string topic, string payload, QualityOfService quality = QualityOfService.AtLeastOnce, bool retain = false) => new()
    {
        Topic = TopicName.Parse(topic),
        Payload = Encoding.UTF8.GetBytes(payload),
        QualityOfService = quality,
        Retain = retain,
    };

    private Task<BridgeHost> StartAsync(params BridgeOptions[] bridges) => BridgeHost.StartAsync(_folder["gateway"], options => Configure(options, "site-17"), bridges);

    private void Configure(CloudMqttOptions options, string client)
    {
        _cloud.Configure(options);
        (options.ClientId, options.Version) = (client, version);
    }

    /// <summary>The bridge has its subscriptions: noted on the disk, after the cloud's answer.</summary>
    private Task SubscribedAsync(int count = 1) => Eventually.IsTrueAsync(
        () => Directory.GetFiles(_folder.Path, "subscriptions.json", SearchOption.AllDirectories)
            .Sum(file => File.ReadAllText(file).Split("true").Length - 1) >= count,
        $"{count} subscriptions at the cloud");

    private async Task PublishAtCloudAsync(IEnumerable<MqttMessage> messages)
    {
        await using var client = new MqttClient(new MqttClientOptions { Host = "127.0.0.1", Port = _cloud.Port, ClientIdentifier = "operator" });
        await client.ConnectAsync();
        foreach (var message in messages)
        {
            await client.PublishAsync(message);
        }

        await client.DisconnectAsync();
    }

    private async Task<string> RetainedAtCloudAsync(string topic)
    {
        var retained = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = new MqttClient(new MqttClientOptions { Host = "127.0.0.1", Port = _cloud.Port, ClientIdentifier = "asker" })
        {
            MessageHandler = (received, _) =>
            {
                retained.TrySetResult(Encoding.UTF8.GetString(received.Message.Payload.Span));
                return ValueTask.CompletedTask;
            },
        };
        await client.ConnectAsync();
        await client.SubscribeAsync(TopicFilter.Parse(topic));
        return await Eventually.CompletesAsync(retained.Task, $"a retained message on {topic}");
    }
}
