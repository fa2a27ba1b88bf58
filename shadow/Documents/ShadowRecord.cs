namespace Roost.Shadow.Documents;

/// <summary>A shadow as it stands: a document, or the tombstone that keeps the version of a deleted one.</summary>
/// <param name="Version">1 and up. Of a tombstone: the version of the document that was deleted.</param>
/// <param name="UpdatedSeconds">Time of the last change, seconds since 1970.</param>
/// <param name="State">Null for a tombstone.</param>
internal sealed record ShadowRecord(long Version, long UpdatedSeconds, ShadowState? State)
{
    /// <summary>A shadow recreated within 48 hours of its deletion continues its versions; after that it starts again at 1.</summary>
    public const long TombstoneSeconds = 48 * 3600;

    public bool IsTombstone => State is null;

    public bool IsExpired(long nowSeconds) => IsTombstone && nowSeconds - UpdatedSeconds >= TombstoneSeconds;
}
