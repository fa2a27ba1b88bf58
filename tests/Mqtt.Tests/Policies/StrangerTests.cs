using Roost.Mqtt.Core;
using Roost.Mqtt.Tests.Broker;
using Roost.Mqtt.Tests.Journal;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Policies;

/// <summary>What anonymous clients may take of what all share, where others are known.</summary>
public sealed class StrangerTests
{
    private const MqttProtocolVersion V5 = MqttProtocolVersion.V500;
    private const int Message = 1000 + 200; // as the limits count it

    private readonly TemporaryFolder _folder = new();
    private JournaledCore _journaled = null!;
    private ushort _identifier;

    [TearDown]
    public async Task TearDown()
    {
        await _journaled.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Anonymous_sessions_are_at_most_half_of_all_also_after_a_restart()
    {
        Start(new MqttLimitsOptions { MaxSessions = 4 });
        Assert.That(Enumerable.Range(0, 3).Select(i => Connect($"n{i}")), Is.EqualTo(new[] { 0, 0, 0x97 }));
        Assert.That(Connect("u0", "u0"), Is.Zero);
        await _journaled.DisposeAsync();
        Start(new MqttLimitsOptions { MaxSessions = 4 });

        Assert.That(Connect("n2"), Is.EqualTo(0x97));
        Assert.That(Connect("n1", clean: false), Is.Zero, "its own");
        Assert.That(Connect("u1", "u1"), Is.Zero);
        Assert.That(Connect("u2", "u2"), Is.EqualTo(0x97), "all are taken");
    }

    [Test]
    public void A_session_that_ends_makes_room_for_another_stranger()
    {
        Start(new MqttLimitsOptions { MaxSessions = 4 });
        Connect("n0");
        Connect("n1");
        _journaled.Core.DisconnectClient("n0", endSession: true, withoutWill: false);
        Assert.That(Connect("n2"), Is.Zero);
    }

    [Test]
    public void Where_nobody_is_known_strangers_have_all()
    {
        Start(new MqttLimitsOptions { MaxSessions = 2, MaxRetained = 2, MaxQueuedTotalBytes = 4 * Message }, ClientHooks.None);
        Assert.That(Enumerable.Range(0, 3).Select(i => Connect($"n{i}")), Is.EqualTo(new[] { 0, 0, 0x97 }));
        var publisher = Publisher(clientIdentifier: "n0");
        Assert.That(Enumerable.Range(0, 3).Select(i => Publish(publisher, $"r/{i}", retain: true)), Is.EqualTo(new[] { 0, 0, 0x97 }));
    }

    [Test]
    public void Messages_that_wait_for_strangers_take_at_most_half_of_the_bytes_and_those_for_others_all_that_are_left()
    {
        Start(new MqttLimitsOptions { MaxQueuedTotalBytes = 10 * Message });
        Away("n0", null, "n");
        Away("n1", null, "n");
        Away("u", "u", "u");
        var publisher = Publisher("u9");
        Assert.That(Enumerable.Range(0, 6).Select(_ => Publish(publisher, "n")), Is.EqualTo(new[] { 0, 0, 0, 0, 0, 0x97 }), "each counts once for both");
        Assert.That(Enumerable.Range(0, 6).Select(_ => Publish(publisher, "u")), Is.EqualTo(new[] { 0, 0, 0, 0, 0, 0x97 }));

        _journaled.Core.DisconnectClient("n0", endSession: true, withoutWill: false);
        _journaled.Core.DisconnectClient("n1", endSession: true, withoutWill: false);
        Assert.That(Publish(publisher, "u"), Is.Zero);
    }

    [Test]
    public void The_backlog_of_a_share_is_that_of_strangers_until_somebody_else_is_among_its_members()
    {
        Start(new MqttLimitsOptions { MaxQueuedTotalBytes = 4 * Message });
        Away("n", null, "$share/g/n");
        var publisher = Publisher("u9");
        Assert.That(Enumerable.Range(0, 3).Select(_ => Publish(publisher, "n")), Is.EqualTo(new[] { 0, 0, 0x97 }));

        Away("u", "u", "$share/g/n");

        Assert.That(_journaled.Core.StrangerBytes, Is.Zero);
        Assert.That(Enumerable.Range(0, 3).Select(_ => Publish(publisher, "n")), Is.EqualTo(new[] { 0, 0, 0x97 }));
    }

    [Test]
    public async Task Strangers_retain_at_most_half_of_the_messages_also_after_a_restart()
    {
        Start(new MqttLimitsOptions { MaxRetained = 4 });
        var stranger = Publisher(null);
        Assert.That(Enumerable.Range(0, 3).Select(i => Publish(stranger, $"n/{i}", retain: true)), Is.EqualTo(new[] { 0, 0, 0x97 }));
        await _journaled.DisposeAsync();
        Start(new MqttLimitsOptions { MaxRetained = 4 });

        stranger = Publisher(null);
        var known = Publisher("u9");
        Assert.That(Publish(stranger, "n/2", retain: true), Is.EqualTo(0x97));
        Assert.That(Publish(stranger, "n/1", retain: true), Is.Zero, "in place of its own");
        Assert.That(Publish(known, "u/0", retain: true), Is.Zero);
        Assert.That(Publish(stranger, "u/0", retain: true), Is.EqualTo(0x97), "in place of another's");
        Assert.That(Publish(known, "n/1", retain: true), Is.Zero, "whoever may write there");
        Assert.That(Publish(stranger, "n/2", retain: true), Is.Zero, "one of theirs is less");
    }

    [Test]
    public void Strangers_retain_at_most_half_of_the_bytes()
    {
        Start(new MqttLimitsOptions { MaxRetainedSizeBytes = 4 * Message });
        var stranger = Publisher(null);
        Assert.That(Enumerable.Range(0, 3).Select(i => Publish(stranger, $"{i}", retain: true)), Is.EqualTo(new[] { 0, 0, 0x97 }));
        Assert.That(Publish(Publisher("u9"), "u", retain: true), Is.Zero);
    }

    private void Start(MqttLimitsOptions limits, ClientHooks? hooks = null) => _journaled = new JournaledCore(_folder["sessions"], limits: limits, hooks: hooks ?? JournaledCore.ByUserName);

    /// <returns>The reason code of CONNACK.</returns>
    private int Connect(string clientIdentifier, string? userName = null, bool clean = true)
    {
        var wire = Open(RawClient.Connect(clientIdentifier, V5, clean, expirySeconds: 3600, userName: userName));
        var reason = wire.TakeSent()[3];
        _journaled.Core.OnConnectionLost(wire);
        return reason;
    }

    private void Away(string clientIdentifier, string? userName, string filter) => SinkConnection.Accept(
        _journaled.Core, RawClient.Connect(clientIdentifier, V5, expirySeconds: 3600, userName: userName) + RawClient.Subscribe(filter, 1, V5)).Say("E000");

    private WireConnection Publisher(string? userName = null, string clientIdentifier = "")
    {
        var wire = Open(RawClient.Connect(clientIdentifier, V5, userName: userName));
        wire.TakeSent();
        return wire;
    }

    private WireConnection Open(string connect)
    {
        var wire = new WireConnection(_journaled.Core);
        _journaled.Core.OnAccepted(wire);
        wire.Say(Convert.FromHexString(connect));
        _journaled.Settle();
        return wire;
    }

    /// <returns>The reason code of PUBACK; 0 also when nobody is subscribed.</returns>
    private int Publish(WireConnection publisher, string topic, bool retain = false)
    {
        publisher.Say(Convert.FromHexString(RawClient.Publish(topic, new string('x', 1000 - topic.Length), 1, ++_identifier, retain, properties: "")));
        _journaled.Settle();
        var answer = publisher.TakeSent();
        return answer.Length == 4 || answer[4] == 0x10 ? 0 : answer[4];
    }
}
