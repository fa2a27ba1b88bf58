using Roost.Mqtt.Tests.Journal;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>Shared subscriptions (MQTT 5 section 4.8.2), over members that come, go and stop reading, and over restarts.</summary>
public sealed class ShareTests
{
    private const MqttProtocolVersion V5 = MqttProtocolVersion.V500;

    private readonly TemporaryFolder _folder = new();
    private JournaledCore _journaled = null!;
    private ShareMember _publisher = null!;
    private ushort _identifier;

    [SetUp]
    public void SetUp() => Start();

    [TearDown]
    public async Task TearDown()
    {
        await _journaled.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [Spec("MQTT-4.8.2-3")]
    public void Members_take_turns_also_while_others_subscribe(int quality)
    {
        ShareMember[] members = [Member("a", quality), Member("b", quality), Member("c", quality)];
        var other = Member("other", quality, filter: "other");
        for (var i = 0; i < 30; i++)
        {
            Publish($"{i}", quality);
            other.Say(RawClient.Subscribe($"other/{i}", 0, V5)); // every route is resolved anew
        }

        Assert.That(members.Select(static member => member.Got.Count), Is.All.EqualTo(10));
    }

    [Test]
    public void A_member_whose_window_is_full_is_passed_over()
    {
        var (slow, quick) = (Member("slow", 1, receiveMaximum: 2), Member("quick", 1, receiveMaximum: 2));
        for (var i = 0; i < 20; i++)
        {
            Publish($"{i}", 1);
            quick.Acknowledge();
        }

        Assert.That(slow.Got, Has.Count.EqualTo(2));
        Assert.That(quick.Got, Has.Count.EqualTo(18));
    }

    [Test]
    public void A_message_that_is_larger_than_a_member_takes_goes_to_one_that_takes_it()
    {
        var (small, large) = (Member("small", 1, maximumPacketSize: 50), Member("large", 1, receiveMaximum: 2));
        for (var i = 0; i < 4; i++)
        {
            Publish(new string((char)('0' + i), 60), 1);
        }

        large.AcknowledgeAll();
        Assert.That(large.Got.Select(static payload => payload[0]), Is.EqualTo("0123"), "also what waited until it had room");
        Assert.That(small.Got, Is.Empty);

        large.Lose();
        Publish(new string('4', 60), 1);
        Publish("more", 1);
        small.AcknowledgeAll();
        Assert.That(small.Got, Is.EqualTo(new[] { "more" }));
        Assert.That(_journaled.Core.DescribeDrops().Total[DropReason.TooLarge], Is.EqualTo(1), "which nobody takes any more");
    }

    [Test]
    public void What_waits_for_the_only_member_that_takes_it_is_not_in_the_way_when_that_goes()
    {
        var (small, large) = (Member("small", 1, maximumPacketSize: 50), Member("large", 1, receiveMaximum: 1));
        Publish(new string('0', 60), 1);
        Publish(new string('1', 60), 1);
        Publish("small", 1);
        Assert.That(small.Got, Is.Empty);
        large.Lose();
        Assert.That(small.Got, Is.EqualTo(new[] { "small" }));
    }

    [TestCase(true)]
    [TestCase(false)]
    [Spec("MQTT-4.8.2-6")]
    public void What_a_member_that_goes_has_not_acknowledged_at_QoS_1_goes_to_the_others(bool isDurable)
    {
        var (leaves, stays) = (Member("leaves", 1, isDurable), Member("stays", 1));
        for (var i = 0; i < 6; i++)
        {
            Publish($"{i}", 1);
        }

        Assert.That(leaves.Got, Is.EqualTo(new[] { "0", "2", "4" }));
        leaves.Acknowledge(1);
        leaves.Lose();
        Assert.That(stays.Got, Is.EqualTo(new[] { "1", "3", "5", "2", "4" }));
    }

    [Test]
    [Spec("MQTT-4.8.2-4")]
    [Spec("MQTT-4.8.2-5")]
    public void A_QoS_2_message_that_a_member_was_chosen_for_is_that_members()
    {
        var (leaves, stays) = (Member("leaves", 2, isDurable: true), Member("stays", 2));
        Publish("0", 2);
        _journaled.Settle();
        Assert.That(leaves.Got, Is.EqualTo(new[] { "0" }));
        leaves.Lose();
        Assert.That(stays.Got, Is.Empty);
        Assert.That(Member("leaves", 2, isDurable: true, subscribe: false).Got, Is.EqualTo(new[] { "0" }));
    }

    [TestCase(1)]
    [TestCase(2)]
    public async Task What_comes_while_all_members_are_away_waits_once_for_whoever_returns_first(int quality)
    {
        Member("a", quality, isDurable: true).Say("E000");
        Member("b", quality, isDurable: true).Say("E000");
        for (var i = 0; i < 500; i++)
        {
            Publish($"{i}", quality);
        }

        await RestartAsync();
        var returns = Member("b", quality, isDurable: true, receiveMaximum: 20, subscribe: false);
        returns.AcknowledgeAll();
        Assert.That(returns.Got, Is.EqualTo(Enumerable.Range(0, 500).Select(static i => $"{i}")));

        await RestartAsync();
        Assert.That(Member("a", quality, isDurable: true, subscribe: false).Got, Is.Empty, "acknowledged by b");
    }

    [Test]
    public async Task What_a_member_had_in_flight_at_a_kill_goes_to_the_first_that_returns()
    {
        var a = Member("a", 1, isDurable: true);
        Member("b", 1, isDurable: true).Say("E000");
        Publish("0", 1);
        Assert.That(a.Got, Is.EqualTo(new[] { "0" }));
        await RestartAsync();
        Assert.That(Member("b", 1, isDurable: true, subscribe: false).Got, Is.EqualTo(new[] { "0" }));
    }

    [Test]
    public void A_share_ends_with_its_last_member_and_what_waited_goes_with_it()
    {
        var only = Member("a", 1, isDurable: true, receiveMaximum: 1);
        Publish("0", 1);
        Publish("1", 1);
        only.Say("A2 0F 0001 00 000A 2473686172652F672F74");
        only.Lose();
        Assert.That(Member("b", 1).Got, Is.Empty);
    }

    [Test]
    public void What_the_last_member_has_in_flight_as_it_unsubscribes_is_not_lost()
    {
        var only = Member("a", 1, isDurable: true, receiveMaximum: 1);
        Publish("0", 1);
        Publish("1", 1);
        only.Say("A2 0F 0001 00 000A 2473686172652F672F74");
        Assert.That(_journaled.Core.DescribeDrops().Total[DropReason.SessionEnded], Is.EqualTo(1), "the one that waited");
    }

    [Test]
    public async Task A_backlog_whose_members_ended_in_the_last_record_before_a_crash_goes_with_all_its_bytes()
    {
        Member("a", 1, isDurable: true).Say("E000");
        Publish("0", 1);
        _journaled.Journal.Remove(_journaled.Core.Sessions.Single(static session => session.ClientIdentifier == "a"));
        await RestartAsync();
        Assert.That((_journaled.Core.ShareGroups.Count, _journaled.Core.KeptBytes), Is.EqualTo((0, 0)));
    }

    [Test]
    public void A_backlog_that_is_full_is_told_to_the_publisher()
    {
        Member("a", 1, isDurable: true).Say("E000");
        for (var i = 0; i < _journaled.Core.Limits.MaxQueued; i++)
        {
            Publish("x", 1);
        }

        _journaled.Settle(); // as many may be unacknowledged, however slow the disk
        Publish("x", 1);
        Assert.That(_journaled.Core.DescribeDrops().Total[DropReason.QueueFullMessages], Is.EqualTo(1));
    }

    private ShareMember Member(string name, int quality, bool isDurable = false, ushort? receiveMaximum = null, bool subscribe = true, string filter = "$share/g/t", uint? maximumPacketSize = null)
    {
        var member = new ShareMember(_journaled);
        member.Connect(RawClient.Connect(name, V5, clean: false, expirySeconds: isDurable ? 3600u : 0, receiveMaximum: receiveMaximum, maximumPacketSize: maximumPacketSize));
        _journaled.Settle(); // CONNACK of a session that is to last waits for the disk
        if (subscribe)
        {
            member.Say(RawClient.Subscribe(filter, quality, V5));
        }

        _journaled.Settle();
        return member;
    }

    private void Publish(string payload, int quality)
    {
        _identifier = (ushort)((_identifier % 60_000) + 1);
        _publisher.Say(RawClient.Publish("t", payload, quality, quality == 0 ? (ushort)0 : _identifier, properties: ""));
        if (quality == 2)
        {
            _publisher.Say($"6202{_identifier:X4}");
        }

        _journaled.Turn();
    }

    private void Start()
    {
        _journaled = new JournaledCore(_folder["sessions"], limits: new MqttLimitsOptions { MaxQueued = 1000 });
        _publisher = new ShareMember(_journaled);
        _publisher.Connect(RawClient.Connect("publisher", V5));
    }

    private async Task RestartAsync()
    {
        await _journaled.DisposeAsync();
        Start();
    }
}
