namespace Roost.Identity.Policies.Documents;

/// <summary>A policy as it was read. Immutable.</summary>
internal sealed record PolicyDocument(IReadOnlyList<PolicyStatement> Statements);
