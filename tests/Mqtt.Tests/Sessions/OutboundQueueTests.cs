using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Tests.Sessions;

public sealed class OutboundQueueTests
{
    [Test]
    public void Identifiers_stay_unique_in_flight_and_come_back_in_order_over_the_wrap()
    {
        var queue = new OutboundQueue(firstSequence: 65_530);
        for (var i = 0; i < 70_000; i++)
        {
            queue.Add(new OutboundQueue.Entry { QualityOfService = QualityOfService.AtLeastOnce });
        }

        while (queue.HasFreeIdentifier)
        {
            queue.MarkSent();
        }

        Assert.That(queue.Unacknowledged, Is.EqualTo(65_535));
        Assert.That(queue.TryFindInFlight(OutboundQueue.PacketIdentifierOf(65_540), out var sequence), Is.True);
        Assert.That(sequence, Is.EqualTo(65_540));
        queue.Settle(65_530, wasInFlight: true);
        Assert.That(queue.HasFreeIdentifier, Is.True);
        queue.MarkSent();
        Assert.That(queue.TryFindInFlight(OutboundQueue.PacketIdentifierOf(65_530), out sequence), Is.True);
        Assert.That(sequence, Is.EqualTo(65_530 + 65_535), "the identifier now belongs to the next message");
    }

    [Test]
    public void Acknowledgements_out_of_order_free_the_head_when_it_is_settled()
    {
        var queue = new OutboundQueue();
        for (var i = 0; i < 3; i++)
        {
            queue.Add(default);
            queue.MarkSent();
        }

        queue.Settle(1, wasInFlight: true);
        queue.Settle(2, wasInFlight: true);
        Assert.That(queue.Head, Is.Zero);
        Assert.That(queue.TryFindInFlight(OutboundQueue.PacketIdentifierOf(1), out _), Is.False, "settled twice");
        queue.Settle(0, wasInFlight: true);

        Assert.That(queue.Head, Is.EqualTo(3));
        Assert.That(queue.Unacknowledged, Is.Zero);
    }
}
