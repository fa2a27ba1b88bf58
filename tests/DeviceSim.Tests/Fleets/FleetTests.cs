using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Tests.Support;

namespace Roost.DeviceSim.Tests.Fleets;

/// <summary>The whole program against a real mosquitto; the test plays the owner's side of the broker.</summary>
public sealed class FleetTests
{
    private Mosquitto _broker = null!;
    private MqttClient _owner = null!;
    private ConcurrentQueue<MqttMessage> _seen = null!;
    private CancellationTokenSource _stop = null!;
    private SharedText _output = null!;

    [SetUp]
    public async Task StartBrokerAndOwner()
    {
        _broker = new Mosquitto();
        await _broker.StartAsync();
        _seen = new ConcurrentQueue<MqttMessage>();
        _stop = new CancellationTokenSource();
        _output = new SharedText();
        _owner = await ListenAsync();
    }

    [TearDown]
    public async Task StopAll()
    {
        await _stop.CancelAsync();
        await _owner.DisposeAsync();
        await _broker.DisposeAsync();
        _stop.Dispose();
        await _output.DisposeAsync();
    }

    [TestCase("3.1.1")]
    [TestCase("5")]
    public async Task A_fleet_reports_shadows_and_telemetry_and_says_goodbye(string version)
    {
        var code = await RunAsync("--robots", "3", "--rate", "50", "--seed", "7", "--duration", "1s", "--version", version);
        await EventuallySeenAsync("robots/vac-02/status", "offline");

        Assert.That(code, Is.Zero);
        foreach (var robot in new[] { "vac-01", "vac-02", "vac-03" })
        {
            Assert.That(Payloads($"robots/{robot}/status"), Is.EqualTo(new[] { "online", "offline" }), robot);
            Assert.That(Payloads($"robots/{robot}/telemetry"), Has.Count.GreaterThan(10), robot);
            Assert.That(Payloads($"$aws/things/{robot}/shadow/update")[0], Does.Contain("\"mode\"").And.Contain("\"battery\"").And.Contain("\"fanSpeed\""), robot);
        }

        Assert.That(_output.ToString(), Does.Contain("3 of 3 connected").And.Contain("acknowledged in"));
    }

    [Test]
    public async Task Two_runs_of_one_seed_send_the_same_telemetry_but_for_the_time()
    {
        await RunAsync("--robots", "1", "--rate", "100", "--seed", "11", "--duration", "500ms");
        await EventuallySeenAsync("robots/vac-01/status", "offline");
        var first = WithoutTime("robots/vac-01/telemetry");
        _seen.Clear();

        await RunAsync("--robots", "1", "--rate", "100", "--seed", "11", "--duration", "500ms");
        await EventuallySeenAsync("robots/vac-01/status", "offline");
        var second = WithoutTime("robots/vac-01/telemetry");

        var common = Math.Min(first.Count, second.Count);
        Assert.That(common, Is.GreaterThan(10));
        Assert.That(first.Take(common), Is.EqualTo(second.Take(common)));
    }

    [Test]
    public async Task A_robot_obeys_its_shadows_delta_and_ignores_an_older_one()
    {
        var running = RunAsync("--robots", "1", "--rate", "20", "--seed", Cleaning);
        await EventuallySeenAsync("$aws/things/vac-01/shadow/update", "\"mode\":\"cleaning\"");

        await OrderAsync("""{"version":9,"state":{"mode":"returning","fanSpeed":"turbo"}}""");
        await EventuallySeenAsync("$aws/things/vac-01/shadow/update", "\"fanSpeed\":\"turbo\"");
        await OrderAsync("""{"version":8,"state":{"fanSpeed":"quiet"}}""");
        await OrderAsync("""{"version":10,"state":{"mode":"cleaning"}}""");
        await EventuallySeenAsync("$aws/things/vac-01/shadow/update", "\"mode\":\"cleaning\"", occurrences: 2);
        await _stop.CancelAsync();
        await running;

        var updates = Payloads("$aws/things/vac-01/shadow/update");
        Assert.That(updates, Has.Some.Contains("\"mode\":\"returning\""));
        Assert.That(updates, Has.None.Contains("quiet"));
    }

    [Test]
    public async Task What_no_robot_understands_is_counted_and_changes_nothing()
    {
        var running = RunAsync("--robots", "1", "--rate", "20", "--seed", Cleaning);
        await EventuallySeenAsync("robots/vac-01/telemetry", "cleaning");

        await OrderAsync("""{"version":9,"state":{"mode":"flying"}}""");
        await OrderAsync("not json");
        await OrderAsync("""{"version":10,"state":{"fanSpeed":"turbo"}}""");
        await EventuallySeenAsync("$aws/things/vac-01/shadow/update", "\"fanSpeed\":\"turbo\"");
        await _stop.CancelAsync();
        await running;

        Assert.That(_output.ToString(), Does.Contain("2 orders not understood"));
    }

    [Test]
    public async Task A_robot_whose_process_dies_leaves_its_will()
    {
        using var process = SimulatorProcess.Start("--robots", "1", "--broker", $"127.0.0.1:{_broker.Port}");
        await EventuallySeenAsync("robots/vac-01/status", "online");

        process.Kill();

        await EventuallySeenAsync("robots/vac-01/status", "offline");
    }

    [Test]
    public async Task Without_a_broker_it_says_so_and_comes_when_the_broker_comes()
    {
        await _owner.DisposeAsync();
        await _broker.StopAsync();
        var running = RunAsync("--robots", "2", "--rate", "20", "--seed", "1");
        await Eventually.IsTrueAsync(() => _output.ToString().Contains($"MQTT server 127.0.0.1:{_broker.Port}", StringComparison.Ordinal), "the line that tells of the missing broker");
        Assert.That(_output.ToString(), Does.Contain("Trying again"));

        await _broker.StartAsync();
        _owner = await ListenAsync();
        await EventuallySeenAsync("robots/vac-02/telemetry", "vac-02");
        await _stop.CancelAsync();

        Assert.That(await running, Is.Zero);
    }

    /// <summary>A seed whose first robot begins with cleaning on a good battery.</summary>
    private static string Cleaning { get; } = Enumerable.Range(1, 100)
        .First(seed => Roost.DeviceSim.Robots.Robot.Create((ulong)seed, 0) is { Mode: DeviceSim.Robots.RobotMode.Cleaning, BatteryPercent: > 60 and < 90 })
        .ToString();

    private async Task<MqttClient> ListenAsync()
    {
        var owner = new MqttClient(new MqttClientOptions { Host = "127.0.0.1", Port = _broker.Port, ClientIdentifier = "owner" })
        {
            MessageHandler = (received, _) =>
            {
                _seen.Enqueue(received.Message);
                return ValueTask.CompletedTask;
            },
        };
        await owner.ConnectAsync();
        await owner.SubscribeAsync(TopicFilter.Parse("robots/#"));
        await owner.SubscribeAsync(TopicFilter.Parse("$aws/things/+/shadow/update"));
        return owner;
    }

    private Task<int> RunAsync(params string[] arguments) =>
        SimulatorCommand.RunAsync([.. arguments, "--broker", $"127.0.0.1:{_broker.Port}"], _output, TextWriter.Null, TimeProvider.System, _stop.Token);

    private ValueTask OrderAsync(string delta) => _owner.PublishAsync(new MqttMessage
    {
        Topic = TopicName.Parse("$aws/things/vac-01/shadow/update/delta"),
        Payload = Encoding.UTF8.GetBytes(delta),
        QualityOfService = QualityOfService.AtLeastOnce,
    });

    private List<string> Payloads(string topic) =>
        [.. _seen.Where(message => message.Topic.Value == topic).Select(message => Encoding.UTF8.GetString(message.Payload.Span))];

    private List<string> WithoutTime(string topic) =>
        [.. Payloads(topic).Select(payload => JsonDocument.Parse(payload).RootElement).Select(json => $"{json.GetProperty("battery")} {json.GetProperty("position")} {json.GetProperty("mode")}")];

    private Task EventuallySeenAsync(string topic, string part, int occurrences = 1) => Eventually.IsTrueAsync(
        () => Payloads(topic).Count(payload => payload.Contains(part, StringComparison.Ordinal)) >= occurrences,
        $"{part} on {topic}; printed: {_output}");
}
