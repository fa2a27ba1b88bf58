using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;

namespace Roost.Identity.Certificates;

/// <summary>All CAs whose client certificates are taken at one moment. What was found out with one snapshot says nothing about another.</summary>
/// <param name="Distrusted">Keys of CAs (<see cref="Fingerprints.OfKey"/>) that were trusted once, and may stand on no way any more.</param>
internal sealed record AuthoritySnapshot(ImmutableArray<AuthorityRecord> All, FrozenSet<string> Distrusted)
{
    public static AuthoritySnapshot Empty { get; } = new([], FrozenSet<string>.Empty);

    /// <summary>Those with a name in their chain that stands for another key elsewhere: which of them has signed something is found out by trying.</summary>
    public ImmutableArray<AuthorityRecord> Namesakes { get; } = NamesakesOf(All);

    /// <returns>Null: no such CA.</returns>
    public AuthorityRecord? Find(string fingerprint) => All.FirstOrDefault(authority => authority.Fingerprint == fingerprint);

    private static ImmutableArray<AuthorityRecord> NamesakesOf(ImmutableArray<AuthorityRecord> all)
    {
        var shared = all.SelectMany(static authority => authority.Chain).GroupBy(static link => Convert.ToHexString(link.SubjectName.RawData))
            .Where(static group => group.Select(Fingerprints.OfKey).Distinct(StringComparer.Ordinal).Skip(1).Any()).Select(static group => group.Key).ToHashSet(StringComparer.Ordinal);
        return shared.Count == 0 ? [] : [.. all.Where(authority => authority.Chain.Any(link => shared.Contains(Convert.ToHexString(link.SubjectName.RawData))))];
    }
}
