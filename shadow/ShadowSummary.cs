namespace Roost.Shadow;

/// <summary>One line of a listing.</summary>
public sealed record ShadowSummary(ShadowId Id, long Version, DateTimeOffset Updated);
