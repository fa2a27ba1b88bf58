using Roost.Mqtt.Retained;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Journal;

/// <summary>
/// Where the state that must outlive the process goes. The loop calls; no call waits. A result is a ticket: what depends on the record
/// (a PUBACK, a SUBACK) is held back until <see cref="DurableThrough"/> has reached it. Ticket 0 is durable from the start.
/// </summary>
internal interface ISessionJournal : IAsyncDisposable
{
    /// <summary>Of what is not even written: it fails with the last record that was refused.</summary>
    const long FailedTicket = long.MaxValue;

    /// <summary>The highest ticket that is durable, with all below it but for those of which <see cref="FailureOf"/> says otherwise. Moved by <see cref="Maintain"/>.</summary>
    long DurableThrough { get; }

    /// <summary>Records were refused: until what they said is written anew, nothing is promised, and every ticket has failed.</summary>
    bool IsBroken { get; }

    /// <summary>Since when and why it <see cref="IsBroken"/>, until it is whole again; null: it is. Any thread.</summary>
    MqttJournalFault? Fault { get; }

    /// <summary>Why the record of a ticket will never be durable; null when it is, or still may be.</summary>
    Exception? FailureOf(long ticket);

    /// <summary>So many bytes wait for the disk that publishers whose messages go there are slowed.</summary>
    bool IsBehind { get; }

    /// <summary>The session as it is: identity, expiry, next sequence number, inbound Packet Identifiers.</summary>
    long Save(Session session);

    long Remove(Session session);

    long Save(Subscription subscription);

    long Remove(Subscription subscription);

    /// <summary>Another record says that the subscription is over: one with the same filter, saved next, or the end of its session.</summary>
    void Forget(Subscription subscription);

    /// <summary>The message with every session that still waits for it, and whether it is retained.</summary>
    /// <param name="publisher">With <paramref name="packetIdentifier"/>, the QoS 2 PUBLISH that brought it, remembered in the same record.</param>
    long Save(StoredMessage message, Session? publisher = null, ushort packetIdentifier = 0);

    /// <summary>Nobody waits for the message any more and it is not retained. The records that led to this say so.</summary>
    void Forget(StoredMessage message);

    /// <summary>Everything below <paramref name="head"/>, and each of <paramref name="beyond"/>, has been received by the session.</summary>
    long Settle(Session session, long head, ReadOnlySpan<long> beyond);

    /// <summary>A message that waits in one session waits in another from now on, as it stands in that one's queue.</summary>
    long HandOn(Session from, long fromSequence, Session to, long toSequence);

    /// <summary>The PUBREC for a QoS 2 message has come.</summary>
    long Release(Session session, long sequence);

    /// <summary>A QoS 2 PUBLISH that no durable session waits for was taken.</summary>
    long TakeInbound(Session session, ushort packetIdentifier);

    /// <summary>The PUBREL for a QoS 2 PUBLISH has come.</summary>
    long ReleaseInbound(Session session, ushort packetIdentifier);

    /// <summary>The topic has no retained message any more.</summary>
    long RemoveRetained(byte[] topic);

    /// <summary>Writes down what time it is, so that deadlines go on from there; done now and then without being asked.</summary>
    void NoteTime();

    /// <summary>Hands over everything that the last process left, once, before the loop runs.</summary>
    void Restore(IRestoredState state);

    /// <summary>The end is near, and somebody waits for what was written: no record waits for others any more. Any thread.</summary>
    void EndGathering();

    /// <summary>Learns what has become of the records, and does a bounded piece of housekeeping; called at the end of turns.</summary>
    /// <returns>True once when a journal that was broken is whole again.</returns>
    bool Maintain();

    /// <summary>While <see cref="IsBroken"/>: tries to write down what was refused, as it is now.</summary>
    /// <param name="retained">The present retained messages.</param>
    void Repair(RetainedMessages retained);
}
