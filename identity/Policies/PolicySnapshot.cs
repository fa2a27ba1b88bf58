using System.Collections.Immutable;

namespace Roost.Identity.Policies;

/// <summary>All policies and attachments of one moment. Immutable: who compiles rights reads one of them, and no half of a change.</summary>
/// <param name="Policies">Built-in ones included.</param>
/// <param name="Attached">Names of policies by target, in their order; no target without one.</param>
internal sealed record PolicySnapshot(ImmutableSortedDictionary<string, StoredPolicy> Policies, ImmutableSortedDictionary<string, ImmutableSortedSet<string>> Attached)
{
    public static PolicySnapshot Empty { get; } = new(
        ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, BuiltInPolicies.All),
        ImmutableSortedDictionary.Create<string, ImmutableSortedSet<string>>(StringComparer.Ordinal));

    public ImmutableSortedSet<string> Of(string target) => Attached.GetValueOrDefault(target) ?? [];

    public IEnumerable<string> TargetsOf(string policy) => Attached.Where(entry => entry.Value.Contains(policy)).Select(entry => entry.Key);

    public PolicySnapshot With(string target, string policy) =>
        this with { Attached = Attached.SetItem(target, (Attached.GetValueOrDefault(target) ?? ImmutableSortedSet.Create<string>(StringComparer.Ordinal)).Add(policy)) };

    public PolicySnapshot Without(string target, string policy)
    {
        var left = Of(target).Remove(policy);
        return this with { Attached = left.IsEmpty ? Attached.Remove(target) : Attached.SetItem(target, left) };
    }
}
