using System.Collections.Immutable;

namespace Roost.Identity.Certificates;

/// <summary>The client certificates that are registered, at one moment.</summary>
internal sealed record CertificateSnapshot(ImmutableDictionary<string, CertificateDescription> All, ImmutableDictionary<string, ImmutableHashSet<string>> ByThing)
{
    public static CertificateSnapshot Of(IReadOnlyCollection<CertificateDescription> certificates) => new(
        certificates.ToImmutableDictionary(static certificate => certificate.Fingerprint, StringComparer.Ordinal),
        certificates.Where(static certificate => certificate.Thing is not null)
            .GroupBy(static certificate => certificate.Thing!, static certificate => certificate.Fingerprint, StringComparer.Ordinal)
            .ToImmutableDictionary(static group => group.Key, static group => group.ToImmutableHashSet(StringComparer.Ordinal), StringComparer.Ordinal));

    /// <param name="certificate">Null: it is gone.</param>
    public CertificateSnapshot With(string fingerprint, CertificateDescription? certificate)
    {
        var byThing = ByThing;
        if (All.TryGetValue(fingerprint, out var old) && old.Thing is { } former)
        {
            var rest = byThing[former].Remove(fingerprint);
            byThing = rest.IsEmpty ? byThing.Remove(former) : byThing.SetItem(former, rest);
        }

        if (certificate?.Thing is { } thing)
        {
            byThing = byThing.SetItem(thing, (byThing.GetValueOrDefault(thing) ?? ImmutableHashSet.Create<string>(StringComparer.Ordinal)).Add(fingerprint));
        }

        return new CertificateSnapshot(certificate is null ? All.Remove(fingerprint) : All.SetItem(fingerprint, certificate), byThing);
    }
}
