using System.Text;
using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Streams.Bridge;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Bridge;

/// <summary>What only MQTT 5 carries, and what a cloud refuses.</summary>
public sealed class BridgePropertiesTests
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
    public async Task A_request_from_here_and_its_answer_keep_their_properties_and_find_each_other()
    {
        await using var host = await StartAsync(
            new BridgeOptions { Topics = ["ask/#"], RemotePrefix = "site-17/" },
            new BridgeOptions { Name = "answers", Topics = ["answers/#"], Direction = BridgeDirection.In, RemotePrefix = "site-17/" });
        await SubscribedAsync(1);
        await host.ListenAsync("answers/#");
        var robot = await host.ConnectAsync();

        await robot.PublishAsync(new MqttMessage
        {
            Topic = TopicName.Parse("ask/route"),
            Payload = "{}"u8.ToArray(),
            QualityOfService = QualityOfService.AtLeastOnce,
            Properties = new MqttMessageProperties
            {
                ContentType = "application/json",
                PayloadIsUtf8 = true,
                CorrelationData = new byte[] { 1, 2 },
                ResponseTopic = TopicName.Parse("answers/vac-01"),
                MessageExpiryInterval = TimeSpan.FromHours(1),
                UserProperties = [new UserProperty("floor", "2")],
            },
        });
        await Eventually.IsTrueAsync(() => _cloud.Count == 1, "the request at the cloud");

        var asked = _cloud.Arrived[0].Properties!;
        Assert.That(asked.ContentType, Is.EqualTo("application/json"));
        Assert.That(asked.PayloadIsUtf8);
        Assert.That(asked.CorrelationData!.Value.ToArray(), Is.EqualTo(new byte[] { 1, 2 }));
        Assert.That(asked.ResponseTopic!.Value.Value, Is.EqualTo("site-17/answers/vac-01"));
        Assert.That(asked.MessageExpiryInterval, Is.LessThanOrEqualTo(TimeSpan.FromHours(1)).And.GreaterThan(TimeSpan.FromMinutes(50)));
        Assert.That(asked.UserProperties, Does.Contain(new UserProperty("floor", "2")).And.Contain(new UserProperty(BridgeTrace.PropertyName, "site-17")));

        await PublishAtCloudAsync(new MqttMessage { Topic = asked.ResponseTopic.Value, Payload = "left"u8.ToArray(), QualityOfService = QualityOfService.ExactlyOnce, Properties = new MqttMessageProperties { CorrelationData = asked.CorrelationData } });

        await host.HeardAsync(1);
        var answer = host.Here.First();
        Assert.That(answer.Topic.Value, Is.EqualTo("answers/vac-01"));
        Assert.That(answer.Properties!.CorrelationData!.Value.ToArray(), Is.EqualTo(new byte[] { 1, 2 }));
    }

    [Test]
    public async Task A_message_that_has_left_this_gateway_before_goes_no_further()
    {
        await using var host = await StartAsync(new BridgeOptions { Topics = ["loop/#"], RemotePrefix = "site-17/", Direction = BridgeDirection.Both });
        await SubscribedAsync(1);
        await host.ListenAsync("loop/#");
        var other = await host.ConnectAsync("bridge-of-another-broker");

        await other.PublishAsync(Message("loop/a", "back over a ring of brokers", new UserProperty(BridgeTrace.PropertyName, "site-9"), new UserProperty(BridgeTrace.PropertyName, "site-17")));
        await PublishAtCloudAsync(Message("site-17/loop/b", "back from the cloud", new UserProperty(BridgeTrace.PropertyName, "site-17")));
        await PublishAtCloudAsync(Message("site-17/loop/c", "of another gateway", new UserProperty(BridgeTrace.PropertyName, "site-9")));

        await host.HeardAsync(2);
        await Eventually.IsTrueAsync(() => host.Status.DroppedOut.GetValueOrDefault("loop") == 1 && host.Status.DroppedIn.GetValueOrDefault("loop") == 1, "both to be counted");
        Assert.That(host.TextsHere, Is.EquivalentTo(new[] { "back over a ring of brokers", "of another gateway" }));
    }

    [Test]
    public async Task Gateways_share_a_subscription()
    {
        var shared = new BridgeOptions { Topics = ["$share/sites/jobs/#"], Direction = BridgeDirection.In, RemotePrefix = "shared/" };
        await using var one = await StartAsync(shared);
        await using var other = await BridgeHost.StartAsync(_folder["other"], options =>
        {
            _cloud.Configure(options);
            options.ClientId = "site-18";
        }, shared);
        await SubscribedAsync(2);
        await one.ListenAsync("jobs/#");
        await other.ListenAsync("jobs/#");

        for (var number = 0; number < 20; number++)
        {
            await PublishAtCloudAsync(Message("shared/jobs/a", $"{number}"));
        }

        await Eventually.IsTrueAsync(() => one.Here.Count + other.Here.Count >= 20, "all jobs at either");
        Assert.That(one.TextsHere.Concat(other.TextsHere), Is.EquivalentTo(Enumerable.Range(0, 20).Select(number => $"{number}")));
    }

    [Test]
    public async Task Quality_and_retain_flag_cross_over_both_ways()
    {
        await using var host = await StartAsync(new BridgeOptions { Topics = ["x/#"], Direction = BridgeDirection.Both, RemotePrefix = "site-17/", Qos = 2 });
        await SubscribedAsync(1);
        await host.ListenAsync("x/#", QualityOfService.ExactlyOnce);
        var robot = await host.ConnectAsync();

        await PublishAtCloudAsync(new MqttMessage { Topic = TopicName.Parse("site-17/x/in"), Payload = "2"u8.ToArray(), QualityOfService = QualityOfService.ExactlyOnce, Retain = true });
        await host.HeardAsync(1);
        await robot.PublishAsync(new MqttMessage { Topic = TopicName.Parse("x/out"), Payload = "3"u8.ToArray(), QualityOfService = QualityOfService.ExactlyOnce, Retain = true });
        await Eventually.IsTrueAsync(() => _cloud.Count == 2, "the message at the cloud");

        var heard = host.Here.First();
        Assert.That((heard.QualityOfService, heard.Retain), Is.EqualTo((QualityOfService.ExactlyOnce, true)));
        Assert.That((await host.Broker.FindRetainedAsync(TopicFilter.Parse("x/in"))).Count, Is.EqualTo(1));
        await Eventually.IsTrueAsync(() => host.Status is { MessagesOut: 1, MessagesIn: 1, Queued: 0 }, "the counters");
    }

    [Test]
    public async Task A_server_that_knows_no_qos_2_gets_such_messages_at_qos_1()
    {
        await using var modest = new Cloud(_folder["modest"], "max_qos 1");
        await modest.StartAsync();
        await modest.CollectAsync();
        await using var host = await BridgeHost.StartAsync(_folder["gateway"], modest.Configure, new BridgeOptions { Topics = ["x/#"], Qos = 2 });
        var robot = await host.ConnectAsync();

        await robot.PublishAsync(new MqttMessage { Topic = TopicName.Parse("x/out"), Payload = "1"u8.ToArray(), QualityOfService = QualityOfService.ExactlyOnce });

        await Eventually.IsTrueAsync(() => modest.Count == 1 && host.Status.Queued == 0, "the message");
        Assert.That(modest.Arrived[0].QualityOfService, Is.EqualTo(QualityOfService.AtLeastOnce));
    }

    [TestCase(false, "Check the credentials, and what the server's policy allows", Description = "in words")]
    [TestCase(true, "check what its policy allows", Description = "by closing the connection, as AWS IoT Core does")]
    public async Task A_subscription_that_the_cloud_refuses_is_shown_with_what_to_do_and_the_others_work(bool hangsUp, string remedy)
    {
        await using var server = new StrictServer(hangsUp);
        await using var host = await BridgeHost.StartAsync(
            _folder["gateway"],
            options => (options.Host, options.Port, options.ReconnectMax) = ("127.0.0.1", server.Port, TimeSpan.FromSeconds(1)),
            new BridgeOptions { Topics = ["commands/#", "others/#"], Direction = BridgeDirection.In });

        await Eventually.IsTrueAsync(() => host.Status is { Refused.Count: 1, MessagesIn: > 0 } && host.Uplink.Status.State == UplinkState.Connected, "the refusal to be shown, and a command to arrive");

        Assert.That(host.Status.Refused["others/#"], Does.Contain(remedy));
    }

    private static MqttMessage Message(string topic, string payload, params UserProperty[] properties) => new()
    {
        Topic = TopicName.Parse(topic),
        Payload = Encoding.UTF8.GetBytes(payload),
        QualityOfService = QualityOfService.AtLeastOnce,
        Properties = new MqttMessageProperties { UserProperties = properties },
    };

    private Task<BridgeHost> StartAsync(params BridgeOptions[] bridges) => BridgeHost.StartAsync(_folder["gateway"], _cloud.Configure, bridges);

    private Task SubscribedAsync(int count) => Eventually.IsTrueAsync(
        () => Directory.GetFiles(_folder.Path, "subscriptions.json", SearchOption.AllDirectories).Sum(file => File.ReadAllText(file).Split("true").Length - 1) >= count,
        $"{count} subscriptions at the cloud");

    private async Task PublishAtCloudAsync(MqttMessage message)
    {
        await using var client = new MqttClient(new MqttClientOptions { Host = "127.0.0.1", Port = _cloud.Port, ClientIdentifier = "operator" });
        await client.ConnectAsync();
        await client.PublishAsync(message);
        await client.DisconnectAsync();
    }
}
