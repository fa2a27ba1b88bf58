using Microsoft.Extensions.Logging.Abstractions;
using Roost.Mqtt.Core;
using Roost.Mqtt.Journal;
using Roost.Mqtt.Loop;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Tests.Broker;

public sealed class AllocationTests
{
    [TestCase(0, "3006000161787878")]
    [TestCase(1, "32080001610001787878")]
    public void Publishing_to_one_subscriber_allocates_nothing(int quality, string publishHex)
    {
        var clock = new LoopClock(TimeProvider.System);
        var core = new BrokerCore(
            new MqttLimitsOptions(), new MemoryJournal(), clock, new TimerHeap(), new Mailbox(static () => { }), new BrokerCounters(), NullLogger.Instance);
        var subscriber = SinkConnection.Accept(core, RawClient.Connect("s") + RawClient.Subscribe("a", quality));
        var publisher = SinkConnection.Accept(core, RawClient.Connect("p"));
        var publish = Convert.FromHexString(publishHex);
        var acknowledge = Convert.FromHexString("40020001");
        void Round(int sequence)
        {
            core.OnReceived(publisher, publish, out _);
            if (quality > 0)
            {
                var identifier = (sequence % 65_535) + 1;
                (acknowledge[2], acknowledge[3]) = ((byte)(identifier >> 8), (byte)identifier);
                core.OnReceived(subscriber, acknowledge, out _);
            }

            core.EndTurn();
        }

        for (var i = 0; i < 1000; i++)
        {
            Round(i);
        }

        var flushed = subscriber.FlushedBytes;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 1000; i < 2000; i++)
        {
            Round(i);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(subscriber.FlushedBytes - flushed, Is.EqualTo(1000 * publish.Length));
    }

    [Test]
    public void Publishing_what_an_own_No_Local_subscription_keeps_away_allocates_nothing()
    {
        var clock = new LoopClock(TimeProvider.System);
        var core = new BrokerCore(
            new MqttLimitsOptions(), new MemoryJournal(), clock, new TimerHeap(), new Mailbox(static () => { }), new BrokerCounters(), NullLogger.Instance);
        const MqttProtocolVersion V5 = MqttProtocolVersion.V500;
        var client = SinkConnection.Accept(core, RawClient.Connect("c", V5) + RawClient.Subscribe("a", 0, V5, noLocal: true) + RawClient.Subscribe("+", 0, V5));
        var publish = Convert.FromHexString(RawClient.Publish("a", "x", properties: ""));
        for (var i = 0; i < 1000; i++)
        {
            core.OnReceived(client, publish, out _);
            core.EndTurn();
        }

        var (flushed, before) = (client.FlushedBytes, GC.GetAllocatedBytesForCurrentThread());
        for (var i = 0; i < 1000; i++)
        {
            core.OnReceived(client, publish, out _);
            core.EndTurn();
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(client.FlushedBytes - flushed, Is.EqualTo(1000 * publish.Length), "by the other subscription");
    }

    /// <summary>A Message object, one array with an object's 24 bytes about it, and a place in the queue; no more for the one session that waits.</summary>
    [Test]
    public void A_message_of_100_bytes_that_waits_for_one_session_takes_two_objects_of_224_bytes()
    {
        var session = new Session { ExpirySeconds = 60 };
        var queue = session.Outbound;
        byte[] topic = [(byte)'a'];
        var payload = new byte[100];
        StoredMessage Store()
        {
            var message = new StoredMessage(topic, properties: [], payload) { QualityOfService = QualityOfService.AtLeastOnce };
            message.AddTarget(session, queue.Add(new OutboundQueue.Entry { Message = message, Flags = OutboundQueue.EntryFlags.IsTarget }));
            return message;
        }

        for (var i = 0; i < 513; i++)
        {
            Store(); // the queue has room for 1024 now
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 513; i < 1013; i++)
        {
            Store();
        }

        Assert.That((GC.GetAllocatedBytesForCurrentThread() - before) / 500, Is.EqualTo(224));
    }
}
