namespace Roost.Shadow.History;

/// <summary>What a change made of its shadow.</summary>
internal enum HistoryKind
{
    Created,
    Updated,
    Deleted,

    /// <summary>A document again, after a deletion.</summary>
    Recreated,
}
