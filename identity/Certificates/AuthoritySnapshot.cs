using System.Collections.Immutable;

namespace Roost.Identity.Certificates;

/// <summary>All CAs whose client certificates are taken at one moment. What was found out with one snapshot says nothing about another.</summary>
internal sealed record AuthoritySnapshot(ImmutableArray<AuthorityRecord> All)
{
    /// <returns>Null: no such CA.</returns>
    public AuthorityRecord? Find(string fingerprint) => All.FirstOrDefault(authority => authority.Fingerprint == fingerprint);
}
