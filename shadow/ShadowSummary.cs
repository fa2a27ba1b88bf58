namespace Roost.Shadow;

/// <summary>One line of a listing.</summary>
public sealed record ShadowSummary(ShadowId Id, long Version, DateTimeOffset Updated)
{
    internal static ShadowSummary Of(ShadowId id, Store.ShadowRow row) =>
        new(id, row.Version, DateTimeOffset.FromUnixTimeSeconds(row.UpdatedSeconds));
}
