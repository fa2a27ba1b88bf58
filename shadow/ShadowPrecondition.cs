using System.Collections.Immutable;
using Roost.Shadow.Documents;

namespace Roost.Shadow;

/// <summary>What must be true of a shadow for a change to be made, else it is answered 412. Judged together with the change: nothing comes between.</summary>
public sealed class ShadowPrecondition
{
    private readonly bool _mustExist;
    private readonly ImmutableArray<ShadowRevision> _revisions;

    private ShadowPrecondition(bool mustExist, ImmutableArray<ShadowRevision> revisions)
    {
        _mustExist = mustExist;
        _revisions = revisions;
    }

    public static ShadowPrecondition Exists { get; } = new(mustExist: true, default);

    public static ShadowPrecondition Missing { get; } = new(mustExist: false, default);

    /// <summary>The shadow is as one of these says; with none of them no shadow is.</summary>
    public static ShadowPrecondition OneOf(params ReadOnlySpan<ShadowRevision> revisions) => new(mustExist: true, [.. revisions]);

    /// <param name="current">Null when there never was such a shadow; may be a tombstone.</param>
    internal bool HoldsFor(ShadowRecord? current)
    {
        var exists = current is { IsTombstone: false };
        return exists == _mustExist && (!exists || _revisions.IsDefault || _revisions.Contains(ShadowRevision.Of(current!)));
    }
}
