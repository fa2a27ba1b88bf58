using Roost.Shadow.Documents;

namespace Roost.Shadow.Watching;

internal enum FeedEventKind
{
    /// <summary>What follows are all shadows there are, one by one: what the receiver had before counts for nothing.</summary>
    Reset,

    /// <summary>A shadow as it is now, or its tombstone.</summary>
    Shadow,

    /// <summary>From here on changes come as they are made.</summary>
    Ready,

    /// <summary>Nothing has happened.</summary>
    Quiet,
}

/// <param name="Position">Where to go on after this event; null where a later event says it.</param>
/// <param name="Skipped">Earlier changes of this shadow that were left out.</param>
internal readonly record struct FeedEvent(
    FeedEventKind Kind, EventPosition? Position = null, ShadowId Id = default, ShadowRecord? Record = null, string? ClientToken = null, int Skipped = 0)
{
    public static FeedEvent Of(PendingChange pending) =>
        new(FeedEventKind.Shadow, EventPosition.Of(pending.Change), pending.Change.Id, pending.Change.Record, pending.Change.ClientToken, pending.Skipped);
}
