using Roost.Mqtt.Tests.Broker;
using Roost.Mqtt.Tests.Journal;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Policies;

/// <summary>Whose a session is, also over a restart.</summary>
public sealed class OwnerTests
{
    private const MqttProtocolVersion V5 = MqttProtocolVersion.V500;

    private readonly TemporaryFolder _folder = new();
    private JournaledCore _journaled = null!;

    [SetUp]
    public void SetUp() => Start();

    [TearDown]
    public async Task TearDown()
    {
        await _journaled.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase(null)]
    [TestCase("other")]
    public async Task Nobody_else_takes_up_an_identitys_session_after_a_restart(string? userName)
    {
        await LeaveAsync("owner");

        Assert.That(Connect(userName), Does.Contain(" 00 85 "), "CONNACK refuses");
        Assert.That(Connect("owner"), Does.StartWith("20 ").And.Contain(" 01 00 "), "the session is present");
        Assert.That(_journaled.Core.Sessions.Single().Subscriptions, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_known_client_is_not_kept_out_by_a_strangers_session_and_gets_nothing_that_is_in_it()
    {
        await LeaveAsync(null);

        Assert.That(Connect("owner"), Does.Contain(" 00 00 "), "no session is present");
        var session = _journaled.Core.Sessions.Single();
        Assert.That((session.Identity, session.Subscriptions.Count, session.Outbound.Count), Is.EqualTo(("owner", 0, 0)));
    }

    [Test]
    public async Task An_anonymous_client_comes_back_to_its_session()
    {
        await LeaveAsync(null);
        Assert.That(Connect(null), Does.Contain(" 01 00 "));
    }

    [Test]
    public async Task What_waits_for_a_client_only_by_a_subscription_that_it_may_no_longer_have_is_not_sent_to_it()
    {
        await LeaveAsync("owner", filter: "b");
        Publish("a");
        Publish("b");
        Assert.That(_journaled.Core.Sessions.Single(static session => session.Identity is not null).Outbound.Count, Is.EqualTo(2));

        _journaled.Core.UpdatePolicy("owner", new TestPolicy(subscribe: "b"));

        var queue = _journaled.Core.Sessions.Single(static session => session.Identity is not null).Outbound;
        Assert.That((queue.Count, queue[queue.Head].Message!.Topic), Is.EqualTo((1, "b"u8.ToArray())));
        Assert.That(_journaled.Core.DescribeDrops().Total[DropReason.RefusedByPolicy], Is.EqualTo(1));
    }

    private async Task LeaveAsync(string? userName, string? filter = null)
    {
        var connection = SinkConnection.Accept(_journaled.Core, RawClient.Connect("robot", V5, expirySeconds: 3600, userName: userName) + RawClient.Subscribe("a", 1, V5));
        if (filter is not null)
        {
            connection.Say(RawClient.Subscribe(filter, 1, V5, packetIdentifier: 2));
        }

        connection.Say("E000");
        _journaled.Settle();
        await _journaled.DisposeAsync();
        Start();
    }

    /// <returns>CONNACK: its first six bytes, the flags among them.</returns>
    private string Connect(string? userName)
    {
        var wire = new WireConnection(_journaled.Core);
        _journaled.Core.OnAccepted(wire);
        wire.Say(Convert.FromHexString(RawClient.Connect("robot", V5, clean: false, expirySeconds: 3600, userName: userName)));
        _journaled.Settle();
        return string.Join(' ', wire.TakeSent().Take(6).Select(static value => $"{value:X2}"));
    }

    private void Publish(string topic)
    {
        SinkConnection.Accept(_journaled.Core, RawClient.Connect("p", V5) + RawClient.Publish(topic, "x", 1, 1, properties: ""));
        _journaled.Settle();
    }

    private void Start() => _journaled = new JournaledCore(_folder["sessions"], hooks: JournaledCore.ByUserName);
}
