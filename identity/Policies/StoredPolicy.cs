using Roost.Identity.Policies.Documents;

namespace Roost.Identity.Policies;

/// <summary>A policy of this gateway. Immutable.</summary>
/// <param name="Text">As it was given.</param>
/// <param name="Version">Counts the changes, from 1.</param>
/// <param name="ChangedAt">When it got this text; of a built-in one the beginning of 1970.</param>
internal sealed record StoredPolicy(string Name, string Text, PolicyDocument Document, long Version, DateTimeOffset ChangedAt)
{
    public bool IsBuiltIn { get; init; }
}
