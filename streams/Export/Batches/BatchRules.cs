namespace Roost.Streams.Export.Batches;

/// <summary>How the batches of one export are cut.</summary>
/// <param name="Records">At most so many.</param>
/// <param name="Bytes">Of keys and payloads; a single larger record goes alone.</param>
/// <param name="Linger">Longest wait for more records, from the first.</param>
/// <param name="MaxAge">Older records are given up; null: none is.</param>
internal sealed record BatchRules(int Records, int Bytes, TimeSpan Linger, BacklogOrder Backlog, TimeSpan? MaxAge)
{
    /// <summary>When the oldest record was appended that still goes.</summary>
    public DateTimeOffset OldestAt(TimeProvider clock) =>
        MaxAge is { } age && clock.GetUtcNow() is var now && now - DateTimeOffset.MinValue > age ? now - age : DateTimeOffset.MinValue;
}
