using Roost.Mqtt.Tests.Broker;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Journal;

/// <summary>A client that comes back to its session, while the disk has not yet written that down.</summary>
public sealed class ArrivalTests
{
    private const MqttProtocolVersion V5 = MqttProtocolVersion.V500;

    private readonly TemporaryFolder _folder = new();
    private readonly TestMachine _machine = new();
    private LaggingJournal _disk = null!;
    private JournaledCore _journaled = null!;

    [SetUp]
    public void SetUp() => Start();

    [TearDown]
    public async Task TearDown()
    {
        await _journaled.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase(10u, Description = "its session was to last less")]
    [TestCase(1000u)]
    [Spec("MQTT-3.1.3-9")]
    public async Task The_will_of_a_client_that_goes_again_before_CONNACK_comes_when_it_was_due(uint expiry)
    {
        Leave(RawClient.Connect("c", V5, expirySeconds: 1000, will: Will("dead"), willDelay: 300));
        Advance(100);
        _journaled.Core.OnConnectionLost(Arrive(RawClient.Connect("c", V5, clean: false, expirySeconds: expiry, will: Will("never was"))));
        Advance(199);
        Assert.That(Published, Is.Null);
        await _journaled.DisposeAsync();
        Start();
        Advance(91); // the patience of a restart

        Assert.That(Published, Is.EqualTo("dead"));
        Assert.That(_journaled.Core.Sessions, Has.Count.EqualTo(1), "it lasts as long as was agreed");
        Advance(700);
        Assert.That(_journaled.Core.Sessions, Is.Empty);
    }

    [Test]
    public void A_session_whose_client_never_got_CONNACK_is_not_kept()
    {
        _journaled.Core.OnConnectionLost(Arrive(RawClient.Connect("c", V5, expirySeconds: 1000, will: Will("never was"))));
        Assert.That(_journaled.Core.Sessions, Is.Empty);
        Assert.That(Published, Is.Null);
    }

    [Test]
    public void A_session_that_an_operator_ends_is_not_taken_up()
    {
        Leave(RawClient.Connect("c", V5, expirySeconds: 1000));
        var arriving = Arrive(RawClient.Connect("c", V5, clean: false, expirySeconds: 1000) + RawClient.Subscribe("a", 1, V5));

        Assert.That(_journaled.Core.DisconnectClient("c", endSession: true, withoutWill: false));
        Tell();

        Assert.That(arriving.IsClosed);
        Assert.That(_journaled.Core.Sessions, Is.Empty);
        Assert.That(_journaled.Core.DescribeBroker().Subscriptions, Is.Zero);
    }

    [Test]
    public void A_client_that_an_operator_closes_keeps_its_session()
    {
        Leave(RawClient.Connect("c", V5, expirySeconds: 1000));
        var arriving = Arrive(RawClient.Connect("c", V5, clean: false, expirySeconds: 1000));

        Assert.That(_journaled.Core.DisconnectClient("c", endSession: false, withoutWill: false));
        Tell();

        Assert.That(arriving.IsClosed);
        Assert.That(_journaled.Core.Sessions, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_client_that_an_operator_closes_without_its_will_has_none_also_of_before()
    {
        Leave(RawClient.Connect("c", V5, expirySeconds: 1000, will: Will("dead"), willDelay: 300));
        Arrive(RawClient.Connect("c", V5, clean: false, expirySeconds: 1000));

        Assert.That(_journaled.Core.DisconnectClient("c", endSession: false, withoutWill: true));
        Advance(2000);

        Assert.That(_journaled.Core.Sessions, Is.Empty);
        Assert.That(Published, Is.Null);
    }

    [Test]
    public void A_client_whose_identity_is_revoked_is_not_let_in()
    {
        var arriving = Arrive(RawClient.Connect("c", V5, expirySeconds: 1000, userName: "u"));

        Assert.That(_journaled.Core.DisconnectIdentity("u", ReasonCode.NotAuthorized), Is.EqualTo(1));
        Tell();

        Assert.That(arriving.IsClosed);
    }

    private string? Published => _journaled.Core.Retained.Find("w"u8) is { } message ? System.Text.Encoding.UTF8.GetString(message.Payload) : null;

    private static MqttMessage Will(string payload) => new() { Topic = TopicName.Parse("w"), Payload = System.Text.Encoding.UTF8.GetBytes(payload), Retain = true };

    private void Start() => _journaled = new JournaledCore(_folder["sessions"], time: _machine, machine: _machine.Clock, wrap: journal => _disk = new LaggingJournal(journal), hooks: JournaledCore.ByUserName);

    /// <summary>Connects, and is gone.</summary>
    private void Leave(string connect)
    {
        var connection = Arrive(connect);
        Tell();
        Assert.That(connection.HasConnected);
        _journaled.Core.OnConnectionLost(connection);
    }

    private SinkConnection Arrive(string connect)
    {
        var connection = new SinkConnection(_journaled.Core);
        _journaled.Core.OnAccepted(connection);
        connection.Say(connect);
        Assert.That(connection.HasConnected, Is.False);
        return connection;
    }

    /// <summary>The disk has all.</summary>
    private void Tell()
    {
        _journaled.Settle();
        _disk.Tell(_journaled.Journal.NextTicket);
        _journaled.Turn();
    }

    private void Advance(int seconds)
    {
        _machine.Advance(TimeSpan.FromSeconds(seconds));
        _journaled.Turn();
    }
}
