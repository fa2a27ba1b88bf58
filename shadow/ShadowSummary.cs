namespace Roost.Shadow;

/// <summary>One line of a listing.</summary>
public sealed record ShadowSummary(ShadowId Id, long Version, DateTimeOffset Updated)
{
    internal static ShadowSummary Of(ShadowId id, Documents.ShadowRecord record) =>
        new(id, record.Version, DateTimeOffset.FromUnixTimeSeconds(record.UpdatedSeconds));
}
