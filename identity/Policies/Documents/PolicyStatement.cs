using System.Collections.Frozen;

namespace Roost.Identity.Policies.Documents;

/// <summary>One statement of a policy. Immutable.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Sid">Null: it has none.</param>
/// <param name="Actions">Those that it means, wildcards resolved.</param>
/// <param name="Conditions">All of them have to hold; empty: it holds always.</param>
internal sealed record PolicyStatement(
    int Number, string? Sid, bool IsDeny, FrozenSet<string> Actions, IReadOnlyList<PolicyResource> Resources, IReadOnlyList<PolicyCondition> Conditions)
{
    public string Title => Sid is null ? $"statement {Number}" : $"statement {Number} ({Sid})";
}
