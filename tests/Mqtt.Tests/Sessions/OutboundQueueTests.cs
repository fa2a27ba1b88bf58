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

    [Test]
    public void Identifiers_of_subscriptions_stay_with_their_messages_as_the_queue_grows_and_turns()
    {
        var queue = new OutboundQueue();
        for (var i = 0; i < 1000; i++)
        {
            queue.Add(default, i % 3 == 0 ? [i + 1] : null);
            if (i % 2 == 0)
            {
                queue.Settle(queue.Head, wasInFlight: false); // so that the ring is not at its beginning when it grows
            }
        }

        Assert.That(queue.Count, Is.EqualTo(500));
        for (var sequence = queue.Head; sequence < queue.Tail; sequence++)
        {
            Assert.That(queue.IdentifiersOf(sequence), sequence % 3 == 0 ? Is.EqualTo(new[] { sequence + 1 }) : Is.Null, $"at {sequence}");
        }
    }

    [Test]
    public void A_settled_message_leaves_no_identifiers_to_the_one_that_takes_its_place()
    {
        var queue = new OutboundQueue();
        queue.Add(default, [7]);
        queue.Settle(0, wasInFlight: false);
        for (var i = 1; i <= 4; i++)
        {
            queue.Add(default);
        }

        Assert.That(queue.IdentifiersOf(4), Is.Null, "the same place in a ring of four");
    }

    [TestCase(new long[] { 10, 11, 12 }, Description = "as they were written")]
    [TestCase(new long[] { 12, 10, 11 }, Description = "the oldest were written anew")]
    [TestCase(new long[] { 12, 11, 10, 11, 10, 12 }, Description = "all were, some twice")]
    public void After_a_restart_each_message_is_where_it_was(long[] order)
    {
        var queue = new OutboundQueue();
        var last = new Dictionary<long, StoredMessage>();
        foreach (var sequence in order)
        {
            var message = Message();
            var before = queue.Restore(sequence, new OutboundQueue.Entry { Message = message }, [(int)sequence]);
            Assert.That(before, Is.SameAs(last.GetValueOrDefault(sequence)), "of two records the later one counts");
            last[sequence] = message;
        }

        queue.RestoreTail(15);
        Assert.That((queue.Head, queue.NextToSend, queue.Tail, queue.Bytes), Is.EqualTo((10L, 10L, 15L, 3L * last[10].Bytes)));
        foreach (var (sequence, message) in last)
        {
            Assert.That(queue[sequence].Message, Is.SameAs(message));
            Assert.That(queue.IdentifiersOf(sequence), Is.EqualTo(new[] { sequence }));
        }

        Assert.That(queue[13].Has(OutboundQueue.EntryFlags.Settled) && queue[14].Has(OutboundQueue.EntryFlags.Settled), Is.True, "their numbers are used up");
    }

    [Test]
    public void After_a_restart_what_is_missing_between_two_messages_is_settled_and_goes_with_the_first()
    {
        var queue = new OutboundQueue();
        queue.Restore(100, new OutboundQueue.Entry { Message = Message() }, subscriptionIdentifiers: null);
        queue.Restore(90, new OutboundQueue.Entry { Message = Message() }, subscriptionIdentifiers: null);

        queue.Settle(90, wasInFlight: false);

        Assert.That((queue.Head, queue.NextToSend, queue.Tail), Is.EqualTo((100L, 100L, 101L)));
    }

    [Test]
    public void After_a_restart_a_queue_without_messages_goes_on_with_the_next_number()
    {
        var queue = new OutboundQueue();
        queue.RestoreTail(70);

        Assert.That(queue.Add(default), Is.EqualTo(70));
        Assert.That((queue.Head, queue.NextToSend), Is.EqualTo((70L, 70L)));
    }

    private static StoredMessage Message() => new([(byte)'a'], properties: [], payload: [1]) { QualityOfService = QualityOfService.AtLeastOnce };
}
