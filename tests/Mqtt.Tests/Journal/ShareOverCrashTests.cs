using Roost.Mqtt.Tests.Broker;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Journal;

/// <summary>A share whose backlog outlives the process, and a member that does not.</summary>
public sealed class ShareOverCrashTests
{
    private const MqttProtocolVersion V5 = MqttProtocolVersion.V500;

    private readonly TemporaryFolder _folder = new();
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

    [Test]
    [Spec("MQTT-4.8.2-5")]
    public async Task A_QoS_2_message_goes_to_a_member_when_a_crash_would_not_give_it_to_another_any_more()
    {
        var away = Member("away", expirySeconds: 3600);
        away.Say("E000");
        var here = Member("here", expirySeconds: 0);
        var publisher = new ShareMember(_journaled);
        publisher.Connect(RawClient.Connect("publisher", V5));
        for (var i = 0; i < 3; i++)
        {
            publisher.Say(RawClient.Publish("t", $"{i}", 2, (ushort)(i + 1), properties: ""));
        }

        Assert.That(here.Got, Is.Empty);
        for (var i = 1; i <= 3; i++)
        {
            Tell();
            Assert.That(here.Got, Has.Count.EqualTo(i));
        }

        await _journaled.DisposeAsync(); // nothing more is written
        Start();
        away = Member("away", expirySeconds: 3600);
        Tell();
        Assert.That(away.Got, Is.Empty);
    }

    private ShareMember Member(string name, uint expirySeconds)
    {
        var member = new ShareMember(_journaled);
        member.Connect(RawClient.Connect(name, V5, clean: false, expirySeconds: expirySeconds));
        Tell();
        member.Say(RawClient.Subscribe("$share/g/t", 2, V5));
        Tell();
        return member;
    }

    private void Tell()
    {
        _journaled.Settle();
        _disk.Tell(_journaled.Journal.NextTicket);
        _journaled.Turn();
    }

    private void Start() => _journaled = new JournaledCore(_folder["sessions"], wrap: journal => _disk = new LaggingJournal(journal));
}
