namespace Roost.Shadow.Documents;

/// <summary>A well-formed update. All its leaves carry the time of its arrival.</summary>
/// <param name="ClientToken">Null when the request has none.</param>
/// <param name="Version">The version that the client expects to change; null when it does not care.</param>
/// <param name="StateIsNull">The request said <c>"state":null</c>: both sections are cleared.</param>
/// <param name="Desired">Null: not named. A null leaf: to be removed. Else an object.</param>
/// <param name="Reported">As <paramref name="Desired"/>.</param>
internal sealed record UpdateRequest(string? ClientToken, long? Version, bool StateIsNull, StateNode? Desired, StateNode? Reported);
