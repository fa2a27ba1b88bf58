using Roost.Mqtt.Retained;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Journal;

/// <summary>Keeps nothing: for brokers whose sessions need not outlive the process.</summary>
internal sealed class MemoryJournal : ISessionJournal
{
    public long DurableThrough => 0;

    public bool IsBroken => false;

    public MqttJournalFault? Fault => null;

    public bool IsBehind => false;

    public Exception? FailureOf(long ticket) => null;

    public long Save(Session session) => 0;

    public long Remove(Session session) => 0;

    public long Save(Subscription subscription) => 0;

    public long Remove(Subscription subscription) => 0;

    public void Forget(Subscription subscription)
    {
    }

    public long Save(StoredMessage message, Session? publisher = null, ushort packetIdentifier = 0) => 0;

    public void Forget(StoredMessage message)
    {
    }

    public long Settle(Session session, long head, ReadOnlySpan<long> beyond) => 0;

    public long HandOn(Session from, long fromSequence, Session to, long toSequence) => 0;

    public long Release(Session session, long sequence) => 0;

    public long TakeInbound(Session session, ushort packetIdentifier) => 0;

    public long ReleaseInbound(Session session, ushort packetIdentifier) => 0;

    public long RemoveRetained(byte[] topic) => 0;

    public void NoteTime()
    {
    }

    public void Restore(IRestoredState state)
    {
    }

    public void EndGathering()
    {
    }

    public bool Maintain() => false;

    public void Repair(RetainedMessages retained)
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
