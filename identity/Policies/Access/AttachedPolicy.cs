using Roost.Identity.Policies.Documents;

namespace Roost.Identity.Policies.Access;

/// <summary>A policy and where somebody has it from. Immutable.</summary>
/// <param name="Target">What it is attached to: a principal, <c>thing/NAME</c> or <c>group/NAME</c>.</param>
internal sealed record AttachedPolicy(string Name, string Target, PolicyDocument Document);
