using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Roost.Identity.Certificates;

/// <summary>
/// Finds the trusted CA that a certificate comes from. OpenSSL judges signatures, constraints and usages; dates are left to the caller, who has a better clock. Nothing is
/// fetched from anywhere.
/// </summary>
internal static class CertificateChains
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    public enum Usage
    {
        Authority,
        Client,
    }

    /// <returns>Null: it comes from none of them.</returns>
    public static CertificateChain? Build(X509Certificate2 certificate, IReadOnlyList<X509Certificate2> intermediates, AuthoritySnapshot authorities) =>
        Build(certificate, intermediates, authorities, authorities.All)
        // Of two CAs of one name OpenSSL tries one, where certificates do not say whose key has signed them.
        ?? authorities.Namesakes.Select(one => Build(certificate, intermediates, authorities, [one])).FirstOrDefault(static found => found is not null);

    private static CertificateChain? Build(
        X509Certificate2 certificate, IReadOnlyList<X509Certificate2> intermediates, AuthoritySnapshot authorities, ImmutableArray<AuthorityRecord> candidates)
    {
        using var chain = new X509Chain { ChainPolicy = Policy(Usage.Client) };
        foreach (var authority in candidates)
        {
            chain.ChainPolicy.CustomTrustStore.Add(authority.Chain[^1]);
            chain.ChainPolicy.ExtraStore.AddRange(authority.Chain);
        }

        chain.ChainPolicy.ExtraStore.AddRange(intermediates.ToArray());
        try
        {
            if (!chain.Build(certificate))
            {
                return null;
            }
        }
        catch (CryptographicException)
        {
            return null;
        }

        // A root is there for those that it has signed to be found; what counts is whether a CA that was trusted by name is on the way to it.
        var above = chain.ChainElements.Skip(1).Select(static element => element.Certificate).ToList();
        var trusted = above.Select(static element => Fingerprints.Of(element)).Select(authorities.Find).FirstOrDefault(static found => found is not null);
        if (trusted is null)
        {
            return null;
        }

        var upToTrusted = chain.ChainElements.Select(static element => element.Certificate).Take(above.FindIndex(element => Fingerprints.Of(element) == trusted.Fingerprint) + 2).ToList();
        var weakness = upToTrusted.Select(static element => CertificateStrength.WeaknessOf(element.PublicKey)).FirstOrDefault(static found => found is not null)
            ?? upToTrusted.SkipLast(1).Select(static element => CertificateStrength.WeaknessOfSignature(element.SignatureAlgorithm.Value)).FirstOrDefault(static found => found is not null);
        return new CertificateChain(
            trusted,
            upToTrusted.Max(static element => new DateTimeOffset(element.NotBefore.ToUniversalTime())),
            upToTrusted.Min(static element => new DateTimeOffset(element.NotAfter.ToUniversalTime())),
            weakness)
        {
            Distrusted = upToTrusted.Skip(1).FirstOrDefault(element => authorities.Distrusted.Contains(Fingerprints.OfKey(element)))?.Subject,
        };
    }

    public static X509ChainPolicy Policy(Usage usage)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck, // what is revoked, the registry knows
            DisableCertificateDownloads = true,
            VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid | X509VerificationFlags.IgnoreNotTimeNested,
        };
        if (usage == Usage.Client)
        {
            policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        }

        return policy;
    }
}
