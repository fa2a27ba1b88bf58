using Roost.Mqtt.Tests.Broker;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Journal;

/// <summary>Packets that came together are handled one by one: no further than the disk, or the peer itself, can keep up with.</summary>
public sealed class HeldPacketTests
{
    private const MqttProtocolVersion V5 = MqttProtocolVersion.V500;
    private const string Ping = "C000";
    private const string Pong = "D000";

    private TemporaryFolder _folder = null!;
    private LaggingJournal _disk = null!;
    private JournaledCore _journaled = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        Start(new MqttLimitsOptions { MaxOutputBytes = 1024, MaxPacketBytes = 32 * 1024 * 1024 });
    }

    [TearDown]
    public async Task TearDown()
    {
        await _journaled.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase("82 07 0009 00 0001 61 02", TestName = "SUBSCRIBE")]
    [TestCase("A2 06 0009 00 0001 61", TestName = "UNSUBSCRIBE")]
    [TestCase("34 07 0001 61 0009 00 78", TestName = "PUBLISH of QoS 2")]
    [TestCase("62 02 0009", TestName = "PUBREL")]
    [TestCase("50 02 0009", TestName = "PUBREC")]
    public void While_the_disk_is_behind_a_packet_that_is_written_down_is_the_last_one(string packet)
    {
        var client = Come();
        _disk.IsFull = true;
        client.Say(Convert.FromHexString(packet.Replace(" ", "", StringComparison.Ordinal) + Ping));
        _journaled.Settle();
        Assert.That(Convert.ToHexString(client.TakeSent()), Does.Not.Contain(Pong));

        _disk.IsFull = false;
        _journaled.Settle();
        _journaled.Turn();
        Assert.That(Convert.ToHexString(client.TakeSent()), Does.EndWith(Pong));
    }

    [Test]
    public void While_the_disk_is_behind_acknowledgements_are_taken_and_pings_are_answered()
    {
        var client = Come();
        _disk.IsFull = true;
        client.Say(Convert.FromHexString("40020009" + "70020009" + Ping + Ping));
        _journaled.Turn();
        Assert.That(Convert.ToHexString(client.TakeSent()), Is.EqualTo(Pong + Pong));
    }

    [Test]
    public void A_peer_that_does_not_take_its_answers_gets_no_more_of_them()
    {
        var client = Come();
        client.Stick();
        client.Say(Convert.FromHexString(string.Concat(Enumerable.Repeat(Ping, 5000))));
        _journaled.Turn();
        Assert.That(client.UnsentBytes, Is.InRange(1024, 1100));

        client.GoOn();
        var answers = 0;
        for (var turns = 0; turns < 100 && answers < 2 * 5000; turns++)
        {
            _journaled.Turn();
            answers += client.TakeSent().Length;
        }

        Assert.That(answers, Is.EqualTo(2 * 5000), "in the end all are answered");
    }

    [Test]
    public async Task What_is_larger_than_a_record_is_refused_and_the_broker_goes_on()
    {
        var client = Come();
        var large = new string('x', 17 * 1024 * 1024); // the journal was made for packets of 256 KiB
        Assert.That(Publish(client, "r", "before"), Is.Zero);
        Assert.That(Publish(client, "large", large), Is.EqualTo(0x83));
        Assert.That(Publish(client, "r", "after"), Is.Zero);
        Assert.That(_journaled.Journal.IsBroken, Is.False);

        await _journaled.DisposeAsync();
        Start(new MqttLimitsOptions());
        Assert.That(_journaled.Core.Retained.Find("r"u8)!.Payload.ToArray(), Is.EqualTo("after"u8.ToArray()));
        Assert.That(_journaled.Core.Retained.Find("large"u8), Is.Null);
    }

    private void Start(MqttLimitsOptions limits) => _journaled = new JournaledCore(_folder["sessions"], wrap: journal => _disk = new LaggingJournal(journal), limits: limits);

    private WireConnection Come()
    {
        var wire = new WireConnection(_journaled.Core);
        _journaled.Core.OnAccepted(wire);
        wire.Say(Convert.FromHexString(RawClient.Connect("p", V5, clean: false, expirySeconds: 3600)));
        Settle();
        Assert.That(wire.TakeSent()[3], Is.Zero, "reason code of CONNACK");
        return wire;
    }

    private void Settle()
    {
        _disk.Tell(_journaled.Journal.NextTicket);
        _journaled.Settle();
        _journaled.Turn();
    }

    /// <returns>The reason code of PUBACK.</returns>
    private int Publish(WireConnection client, string topic, string payload)
    {
        client.Say(Convert.FromHexString(RawClient.Publish(topic, payload, 1, 7, retain: true, properties: "")));
        Settle();
        var answer = client.TakeSent();
        Assert.That(answer[0], Is.EqualTo(0x40), "PUBACK");
        return answer[1] == 2 || answer[4] == (byte)ReasonCode.NoMatchingSubscribers ? 0 : answer[4];
    }
}
