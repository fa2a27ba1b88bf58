namespace Roost.Identity;

/// <summary>Whether something is allowed, and why.</summary>
/// <param name="Because">One sentence each, the one that decided first: the policy and statement, or that none allows it.</param>
public sealed record AccessVerdict(bool IsAllowed, IReadOnlyList<string> Because);
