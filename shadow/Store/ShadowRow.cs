namespace Roost.Shadow.Store;

/// <summary>The columns of one record as they lie on the disk; see docs/formats/shadow-store.md.</summary>
/// <param name="State">Compact JSON with <c>desired</c> and <c>reported</c>; null for a tombstone.</param>
/// <param name="Times">Times of the leaves in the order of <paramref name="State"/>; null for a tombstone.</param>
/// <param name="Checksum">CRC-32C over everything else, the key included.</param>
internal sealed record ShadowRow(long Version, long UpdatedSeconds, byte[]? State, byte[]? Times, uint Checksum)
{
    public bool IsTombstone => State is null;
}
