namespace Roost.Shadow.Documents;

/// <summary>What a shadow holds. A section without members is absent, as it is in every document that the cloud shows.</summary>
internal sealed record ShadowState(StateObject? Desired, StateObject? Reported)
{
    public static readonly ShadowState Empty = new(null, null);

    /// <summary>What counts against the size limit: both sections as compact JSON, without metadata and wrapping.</summary>
    public int JsonBytes => (Desired?.JsonBytes ?? 0) + (Reported?.JsonBytes ?? 0);

    /// <inheritdoc cref="StateNode.MemoryBytes"/>
    public int MemoryBytes => (Desired?.MemoryBytes ?? 0) + (Reported?.MemoryBytes ?? 0);

    /// <summary>Null when reported has everything that is desired.</summary>
    public StateObject? Delta() => Desired is null ? null : StateDelta.Between(Desired, Reported);
}
