using Microsoft.Extensions.Logging.Abstractions;
using Roost.Mqtt.Core;
using Roost.Mqtt.Journal;
using Roost.Mqtt.Loop;

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
}
