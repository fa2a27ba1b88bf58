using Microsoft.Extensions.Logging.Abstractions;
using Roost.Mqtt.Core;
using Roost.Mqtt.Loop;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>A disk that cannot keep up slows those who write to it, and nobody else.</summary>
public sealed class SlowDiskTests
{
    private SinkConnection _publisher = null!;

    [SetUp]
    public void SetUp()
    {
        var journal = new StalledJournal();
        var core = new BrokerCore(
            new MqttLimitsOptions(), journal, new LoopClock(TimeProvider.System), new TimerHeap(), new Mailbox(static () => { }), new BrokerCounters(), NullLogger.Instance);
        SinkConnection.Accept(core, RawClient.Connect("clean") + RawClient.Subscribe("live", 1));
        SinkConnection.Accept(core, RawClient.Connect("durable", clean: false) + RawClient.Subscribe("kept", 1));
        _publisher = SinkConnection.Accept(core, RawClient.Connect("p"));
        journal.Stall();
    }

    [TestCase(0)]
    [TestCase(1)]
    public void A_publisher_whose_messages_need_no_disk_is_not_held(int quality)
    {
        _publisher.Say(RawClient.Publish("live", "x", quality, packetIdentifier: 1));

        Assert.That(_publisher.IsPaused, Is.False);
    }

    [Test]
    public void A_publisher_whose_messages_wait_for_the_disk_is_held()
    {
        _publisher.Say(RawClient.Publish("kept", "x", quality: 1, packetIdentifier: 1));

        Assert.That(_publisher.IsPaused, Is.True);
    }

    [Test]
    public void A_publisher_of_retained_messages_is_held()
    {
        _publisher.Say(RawClient.Publish("state", "x", retain: true));

        Assert.That(_publisher.IsPaused, Is.True);
    }
}
