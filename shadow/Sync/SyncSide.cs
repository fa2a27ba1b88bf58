using Roost.Shadow.Documents;

namespace Roost.Shadow.Sync;

/// <summary>A shadow as one side has it.</summary>
/// <param name="State">Null: there is none.</param>
/// <param name="Version">0 where there is none.</param>
/// <param name="Newest">
/// The newest time in its metadata, seconds since 1970; 0 is unknown. Only ever compared for equality: with the version it tells a
/// shadow from one made anew that came to the same version.
/// </param>
/// <param name="Recreated">It was deleted since the last sync, whatever there is now: another lineage, of which nothing is old.</param>
internal sealed record SyncSide(ShadowState? State, long Version, long Newest = 0, bool Recreated = false)
{
    public static readonly SyncSide Absent = new(null, 0);
}
