namespace Roost.Shadow.Watching;

/// <summary>Which shadows somebody watches: one, all of a thing, or those of all things whose names fit a pattern.</summary>
/// <param name="Things">A thing's name, or a pattern with <c>*</c>.</param>
/// <param name="Name">The shadow's name, <c>""</c> for the classic one; null for all.</param>
internal sealed record ShadowScope(string Things, string? Name)
{
    private const int FleetBytes = 4 * 1024 * 1024; // several commits of the whole fleet: they come at once
    private const int ThingBytes = 64 * 1024;

    private readonly Wildcard _things = new(Things);

    public bool IsFleet { get; } = Things.Contains('*', StringComparison.Ordinal);

    /// <summary>Documents, in bytes, that may wait for somebody who reads slowly.</summary>
    public int MaxPendingBytes => IsFleet ? FleetBytes : ThingBytes;

    /// <summary>No thing before it in ordinal order is meant.</summary>
    public string Prefix => _things.Start;

    public bool Covers(ShadowId id) =>
        (Name is null || Name == id.Name) && (IsFleet ? _things.Matches(id.Thing) : Things == id.Thing);
}
