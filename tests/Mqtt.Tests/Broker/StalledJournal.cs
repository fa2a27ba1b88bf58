using Roost.Mqtt.Journal;
using Roost.Mqtt.Retained;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>On a disk that hangs from <see cref="Stall"/> on: takes everything, and nothing more of it gets durable.</summary>
internal sealed class StalledJournal : ISessionJournal
{
    private long _tickets;
    private long? _stalledAt;

    public long DurableThrough => _stalledAt ?? _tickets;

    public bool IsBroken => false;

    public MqttJournalFault? Fault => null;

    public bool IsBehind => _stalledAt is not null;

    public void Stall() => _stalledAt = _tickets;

    public Exception? FailureOf(long ticket) => null;

    public long Save(Session session) => ++_tickets;

    public long Remove(Session session) => ++_tickets;

    public long Save(Subscription subscription) => ++_tickets;

    public long Remove(Subscription subscription) => ++_tickets;

    public void Forget(Subscription subscription)
    {
    }

    public long Save(StoredMessage message, Session? publisher = null, ushort packetIdentifier = 0) => ++_tickets;

    public void Forget(StoredMessage message)
    {
    }

    public long Settle(Session session, long head, ReadOnlySpan<long> beyond) => ++_tickets;

    public long HandOn(Session from, long fromSequence, Session to, long toSequence) => ++_tickets;

    public long Release(Session session, long sequence) => ++_tickets;

    public long TakeInbound(Session session, ushort packetIdentifier) => ++_tickets;

    public long ReleaseInbound(Session session, ushort packetIdentifier) => ++_tickets;

    public long RemoveRetained(byte[] topic) => ++_tickets;

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
