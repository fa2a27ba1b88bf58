using Roost.Mqtt.Core;
using Roost.Mqtt.Sessions;
using Roost.Mqtt.Tests.Journal;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>The bounds of what is kept, in bytes; and that what is counted is what there is.</summary>
public sealed class KeptBytesTests
{
    private const MqttProtocolVersion V5 = MqttProtocolVersion.V500;
    private const int Overhead = 200;

    private readonly TemporaryFolder _folder = new();
    private JournaledCore? _journaled;
    private ushort _identifier;

    [TearDown]
    public async Task TearDown()
    {
        await _journaled!.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public void A_session_whose_bytes_are_used_up_gets_no_more_and_an_MQTT_5_publisher_is_told()
    {
        Start(new MqttLimitsOptions { MaxQueuedSizeBytes = 10 * (1000 + Overhead) });
        Away("s");
        var publisher = Publisher();
        Assert.That(Enumerable.Range(0, 12).Select(_ => Publish(publisher, "t/s", 997)), Is.EqualTo(Enumerable.Repeat(0, 10).Concat([0x97, 0x97])));
        Assert.That(Drops(DropReason.QueueFullBytes), Is.EqualTo(2));
    }

    [Test]
    public void A_message_for_many_is_counted_once_in_the_total()
    {
        Start(new MqttLimitsOptions { MaxQueuedTotalBytes = 10 * (1000 + Overhead) });
        for (var i = 0; i < 20; i++)
        {
            Away($"s{i}");
        }

        var publisher = Publisher();
        Assert.That(Enumerable.Range(0, 11).Select(_ => Publish(publisher, "t/a", 997)), Is.EqualTo(Enumerable.Repeat(0, 10).Append(0x97)));
        Assert.That(Drops(DropReason.QueueFullBytes), Is.EqualTo(20), "one for each session");
    }

    [Test]
    public void A_publisher_is_not_refused_where_somebody_has_its_message()
    {
        Start(new MqttLimitsOptions { MaxQueued = 1 });
        Away("s");
        var (publisher, here) = (Publisher(), new ShareMember(_journaled!));
        here.Connect(RawClient.Connect("here", V5));
        here.Say(RawClient.Subscribe("t/#", 1, V5));
        Assert.That(Enumerable.Range(0, 3).Select(_ => Publish(publisher, "t/a", 1)), Is.All.Zero);
        Assert.That(here.Got, Has.Count.EqualTo(3));
        Assert.That(Drops(DropReason.QueueFullMessages), Is.EqualTo(2));
    }

    [Test]
    public void One_retained_message_too_many_is_not_retained_and_takes_nothing_from_the_others()
    {
        Start(new MqttLimitsOptions { MaxRetained = 2, MaxRetainedSizeBytes = 2 * (3 + 1000 + Overhead) });
        var publisher = Publisher();
        Assert.That(Publish(publisher, "r/1", 100, retain: true), Is.Zero);
        Assert.That(Publish(publisher, "r/2", 1000, retain: true), Is.Zero);
        Assert.That(Publish(publisher, "r/3", 1, retain: true), Is.EqualTo(0x97), "too many");
        Assert.That(Publish(publisher, "r/1", 1000, retain: true), Is.Zero, "in place of another");
        Assert.That(Publish(publisher, "r/1", 1001, retain: true), Is.EqualTo(0x97), "too large");
        Assert.That(_journaled!.Core.Retained.Find("r/1"u8)!.Payload.ToArray(), Has.Length.EqualTo(1000));
        Assert.That(Drops(DropReason.NoRetainedRoom), Is.EqualTo(2));
        Assert.That(Publish(publisher, "r/1", 0, retain: true), Is.Zero, "cleared");
        Assert.That(Publish(publisher, "r/3", 1, retain: true), Is.Zero);
    }

    [Test]
    public async Task What_is_counted_is_what_is_kept_whatever_the_clients_do([Values(1, 2, 3)] int seed)
    {
        Start(new MqttLimitsOptions { MaxQueued = 50, MaxQueuedSizeBytes = 20_000, MaxQueuedTotalBytes = 60_000, MaxRetained = 4, MaxRetainedSizeBytes = 5_000 }, JournaledCore.ByUserName);
        var life = new RandomLife(_journaled!.Core, seed);
        for (var step = 0; step < 3000; step++)
        {
            life.Step();
            if (step % 7 == 0)
            {
                _journaled.Turn();
                Assert.That(_journaled.Core.KeptBytes, Is.EqualTo(Kept()), $"step {step}");
                Assert.That(_journaled.Core.StrangerBytes, Is.EqualTo(Kept(ofStrangers: true)), $"step {step}");
                Assert.That(_journaled.Core.StrangerSessions, Is.EqualTo(_journaled.Core.Sessions.Count(static session => session.Identity is null)), $"step {step}");
            }
        }

        _journaled.Settle();
        await _journaled.DisposeAsync();
        Start(new MqttLimitsOptions());
        Assert.That(_journaled.Core.KeptBytes, Is.EqualTo(Kept()), "after a restart");
        Assert.That(_journaled.Core.StrangerBytes, Is.EqualTo(Kept(ofStrangers: true)), "after a restart");
    }

    private long Kept(bool ofStrangers = false)
    {
        var core = _journaled!.Core;
        var retained = new List<StoredMessage>();
        core.Retained.Match("#"u8, retained);
        var kept = new HashSet<StoredMessage>(retained.Where(message => !ofStrangers || message.Retention!.IsStrangers));
        foreach (var session in core.Sessions.Concat(core.ShareGroups.Select(static group => group.Backlog)).Where(session => !ofStrangers || session.IsStranger))
        {
            for (var sequence = session.Outbound.Head; sequence < session.Outbound.Tail; sequence++)
            {
                if (session.Outbound[sequence].Message is { } message)
                {
                    kept.Add(message);
                }
            }
        }

        return kept.Sum(static message => (long)message.Bytes);
    }

    private void Start(MqttLimitsOptions limits, ClientHooks? hooks = null) => _journaled = new JournaledCore(_folder["sessions"], limits: limits, hooks: hooks);

    private long Drops(DropReason reason) => _journaled!.Core.DescribeDrops().Total[reason];

    private void Away(string name) => SinkConnection.Accept(
        _journaled!.Core, RawClient.Connect(name, V5, expirySeconds: 3600) + RawClient.Subscribe("t/#", 1, V5)).Say("E000");

    private WireConnection Publisher()
    {
        var wire = new WireConnection(_journaled!.Core);
        _journaled.Core.OnAccepted(wire);
        wire.Say(Convert.FromHexString(RawClient.Connect("p", V5)));
        _journaled.Settle();
        wire.TakeSent();
        return wire;
    }

    /// <returns>The reason code of PUBACK.</returns>
    private int Publish(WireConnection publisher, string topic, int bytes, bool retain = false)
    {
        publisher.Say(Convert.FromHexString(RawClient.Publish(topic, new string('x', bytes), 1, ++_identifier, retain, properties: "")));
        _journaled!.Settle();
        var answer = publisher.TakeSent();
        return answer.Length == 4 ? 0 : answer[4] == 0x10 ? 0 : answer[4]; // 0x10: no matching subscribers
    }
}
