using Roost.Mqtt.Journal;
using Roost.Mqtt.Retained;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Tests.Journal;

/// <summary>A journal on a disk as slow as the test wants it: nothing is durable before the test says so.</summary>
internal sealed class LaggingJournal(LogJournal journal) : ISessionJournal
{
    private long _told;

    public long DurableThrough => Math.Min(_told, journal.DurableThrough);

    public bool IsBroken => journal.IsBroken;

    public bool IsBehind => IsFull || journal.IsBehind;

    /// <summary>More waits for the disk than is to wait.</summary>
    public bool IsFull { get; set; }

    public MqttJournalFault? Fault => journal.Fault;

    /// <summary>The broker learns of what is durable up to here.</summary>
    public void Tell(long ticket) => _told = Math.Max(_told, ticket);

    /// <summary>From here on it learns of nothing.</summary>
    public void Forget(long ticket) => _told = ticket;

    public Exception? FailureOf(long ticket) => journal.FailureOf(ticket);

    public long Save(Session session) => journal.Save(session);

    public long Remove(Session session) => journal.Remove(session);

    public long Save(Subscription subscription) => journal.Save(subscription);

    public long Remove(Subscription subscription) => journal.Remove(subscription);

    public void Forget(Subscription subscription) => journal.Forget(subscription);

    public long Save(StoredMessage message, Session? publisher = null, ushort packetIdentifier = 0) => journal.Save(message, publisher, packetIdentifier);

    public void Forget(StoredMessage message) => journal.Forget(message);

    public long Settle(Session session, long head, ReadOnlySpan<long> beyond) => journal.Settle(session, head, beyond);

    public long HandOn(Session from, long fromSequence, Session to, long toSequence) => journal.HandOn(from, fromSequence, to, toSequence);

    public long Release(Session session, long sequence) => journal.Release(session, sequence);

    public long TakeInbound(Session session, ushort packetIdentifier) => journal.TakeInbound(session, packetIdentifier);

    public long ReleaseInbound(Session session, ushort packetIdentifier) => journal.ReleaseInbound(session, packetIdentifier);

    public long RemoveRetained(byte[] topic) => journal.RemoveRetained(topic);

    public void NoteTime() => journal.NoteTime();

    public void Restore(IRestoredState state)
    {
        journal.Restore(state);
        _told = journal.NextTicket;
    }

    public void EndGathering() => journal.EndGathering();

    public bool Maintain() => journal.Maintain();

    public void Repair(RetainedMessages retained) => journal.Repair(retained);

    public ValueTask DisposeAsync() => journal.DisposeAsync();
}
