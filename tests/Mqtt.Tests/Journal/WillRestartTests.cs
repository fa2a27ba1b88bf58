using Roost.Mqtt.Sessions;
using Roost.Mqtt.Tests.Broker;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Journal;

/// <summary>The will of a client that was there, or whose will was to come, when the process ended.</summary>
public sealed class WillRestartTests
{
    private const MqttProtocolVersion V5 = MqttProtocolVersion.V500;

    private static readonly MqttMessage s_will = new()
    {
        Topic = TopicName.Parse("w"),
        Payload = "gone"u8.ToArray(),
        QualityOfService = QualityOfService.AtLeastOnce,
        Retain = true,
        Properties = new MqttMessageProperties { ContentType = "text/plain", UserProperties = [new UserProperty("a", "b")] },
    };

    private readonly TemporaryFolder _folder = new();
    private readonly TestMachine _machine = new();
    private JournaledCore _journaled = null!;

    [SetUp]
    public void SetUp() => Start();

    [TearDown]
    public async Task TearDown()
    {
        await _journaled.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_client_that_does_not_come_back_within_one_and_a_half_keep_alives_has_its_will_published(bool isOrderly)
    {
        Connect();
        await RestartAsync(isOrderly);
        Advance(14);
        Assert.That(Published, Is.Null);
        Advance(2);
        Assert.That(Published?.Payload.ToArray(), Is.EqualTo("gone"u8.ToArray()));
        Assert.That(Published!.Properties.ToArray(), Is.Not.Empty);

        await RestartAsync(isOrderly);
        Assert.That(_journaled.Core.Sessions, Is.Empty, "a session that ended with its connection");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task One_that_comes_back_in_time_has_not(bool isOrderly)
    {
        Connect();
        await RestartAsync(isOrderly);
        Advance(14);
        Connect().Say("E000");
        Advance(100);
        Assert.That(Published, Is.Null);
    }

    [Test]
    public async Task One_that_has_said_good_bye_has_not()
    {
        Connect().Say("E000");
        _journaled.Turn();
        await RestartAsync(isOrderly: false);
        Advance(100);
        Assert.That(Published, Is.Null);
    }

    [Test]
    [Spec("MQTT-3.1.3-9")]
    public async Task A_delay_that_had_begun_goes_on()
    {
        _journaled.Core.OnConnectionLost(Connect(expirySeconds: 1000, willDelay: 300));
        Advance(100);
        await RestartAsync(isOrderly: false);
        Advance(199);
        Assert.That(Published, Is.Null);
        Advance(2);
        Assert.That(Published, Is.Not.Null);

        SinkConnection.Accept(_journaled.Core, RawClient.Connect("p", V5) + RawClient.Publish("w", "", retain: true, properties: ""));
        await RestartAsync(isOrderly: false);
        Advance(1000);
        Assert.That(Published, Is.Null, "once");
    }

    [Test]
    public async Task A_will_whose_delay_passed_while_the_broker_was_away_waits_for_its_client_all_the_same()
    {
        _journaled.Core.OnConnectionLost(Connect(expirySeconds: 1000, willDelay: 30));
        await RestartAsync(isOrderly: false, off: 60);
        Advance(14);
        Connect(expirySeconds: 1000, willDelay: 30, clean: false);
        Advance(14);
        Assert.That(Published, Is.Null);
    }

    [Test]
    public async Task A_clean_start_during_a_delay_publishes_the_will_also_after_a_restart()
    {
        _journaled.Core.OnConnectionLost(Connect(expirySeconds: 1000, willDelay: 300));
        await RestartAsync(isOrderly: false);
        Connect(expirySeconds: 1000, willDelay: 300);
        Assert.That(Published, Is.Not.Null);
    }

    private StoredMessage? Published => _journaled.Core.Retained.Find("w"u8);

    private SinkConnection Connect(uint? expirySeconds = null, uint willDelay = 0, bool clean = true) =>
        SinkConnection.Accept(_journaled.Core, RawClient.Connect("c", V5, clean, keepAlive: 10, expirySeconds: expirySeconds, will: s_will, willDelay: willDelay));

    private void Start() => _journaled = new JournaledCore(_folder["sessions"], time: _machine, machine: _machine.Clock);

    private async Task RestartAsync(bool isOrderly, int off = 0)
    {
        if (isOrderly)
        {
            _journaled.Core.DisconnectAll();
        }

        await _journaled.DisposeAsync();
        _machine.Advance(TimeSpan.FromSeconds(off));
        Start();
    }

    private void Advance(int seconds)
    {
        _machine.Advance(TimeSpan.FromSeconds(seconds));
        _journaled.Turn();
    }
}
