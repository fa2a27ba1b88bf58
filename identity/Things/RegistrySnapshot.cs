using System.Collections.Immutable;

namespace Roost.Identity.Things;

/// <summary>The registry at one moment.</summary>
internal sealed record RegistrySnapshot(
    ImmutableSortedDictionary<string, ThingRecord> Things, ImmutableSortedDictionary<string, GroupRecord> Groups, ImmutableSortedDictionary<string, TypeRecord> Types)
{
    public static RegistrySnapshot Empty { get; } = new(
        ImmutableSortedDictionary.Create<string, ThingRecord>(StringComparer.Ordinal),
        ImmutableSortedDictionary.Create<string, GroupRecord>(StringComparer.Ordinal),
        ImmutableSortedDictionary.Create<string, TypeRecord>(StringComparer.Ordinal));
}
