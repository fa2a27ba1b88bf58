namespace Roost.Mqtt.Journal;

/// <summary>What a record says: the low four bits of its first byte; the high four are the format's version. See docs/formats/session-journal.md.</summary>
internal enum JournalRecord : byte
{
    Session = 1,
    SessionEnded = 2,
    Subscription = 3,
    SubscriptionEnded = 4,
    Message = 5,
    Settled = 6,
    Released = 7,
    InboundTaken = 8,
    InboundReleased = 9,
    RetainedRemoved = 10,
    Clock = 11,
    HandedOn = 12,
}
