namespace Roost.Mqtt.Journal;

/// <summary>When the journal is made shorter, and by how much at a time; tests do it sooner.</summary>
/// <param name="SegmentBytes">What is let go at once.</param>
/// <param name="HousekeepingEveryBytes">Written between two looks at what can go.</param>
/// <param name="LeastLogBytes">Below it, nothing is copied.</param>
/// <param name="CopiedBytesPerTurn">A bound on what compaction adds to one turn of the loop.</param>
internal sealed record JournalSizes(
    long SegmentBytes = 8 * 1024 * 1024,
    long HousekeepingEveryBytes = 1024 * 1024,
    long LeastLogBytes = 64 * 1024 * 1024,
    long CopiedBytesPerTurn = 256 * 1024);
