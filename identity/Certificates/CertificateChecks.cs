using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Roost.Identity.Certificates;

/// <summary>
/// Judges client certificates. What a chain is worth is found out once for a certificate that is registered, so that a fleet may come back at once; its dates and its
/// status are looked at every time.
/// </summary>
internal sealed class CertificateChecks(ClientCertificates certificates, AuthorityStore authorities, JustInTimeRegistration justInTime, TrustedTime time) : ICertificateChecks
{
    private const int MostBytes = 16 * 1024;
    private const int MostIntermediates = 8;
    private const int MostChainBytes = 64 * 1024;
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string AnyUsage = "2.5.29.37.0";

    private volatile Verdicts _verdicts = new(AuthoritySnapshot.Empty, new(StringComparer.Ordinal));

    public async ValueTask<CredentialCheck> CheckAsync(X509Certificate2 certificate, IReadOnlyList<X509Certificate2> intermediates, CancellationToken cancellationToken)
    {
        if (FaultOfSize(certificate, intermediates) is { } tooLarge)
        {
            return CredentialCheck.Refuse(CredentialFault.Malformed, tooLarge);
        }

        var fingerprint = Fingerprints.Of(certificate);
        var registered = certificates.Find(fingerprint);
        var verdict = VerdictOf(certificate, fingerprint, intermediates, registered);
        if (verdict.Fault is not CredentialFault.None)
        {
            return Refuse(verdict.Fault, verdict.Reason);
        }

        if (FaultOfDates(verdict) is { } dates)
        {
            return dates;
        }

        if (registered is null)
        {
            if (verdict.Authority is not { Registers: true } authority)
            {
                return Refuse(CredentialFault.Unknown, "the certificate is not registered, or was deleted");
            }

            if (certificates.HasEnded(fingerprint))
            {
                return Refuse(CredentialFault.Unknown, "the certificate was deleted; 'roost cert register' lets it in again");
            }

            try
            {
                registered = await justInTime.RegisterAsync(certificate, authority, cancellationToken);
            }
            catch (AuditUnavailableException exception)
            {
                return Refuse(CredentialFault.Busy, exception.Message);
            }

            if (registered is null)
            {
                return Refuse(CredentialFault.Inactive, "too many certificates of its CA wait for their activation");
            }
        }
        else if (registered.Status == CertificateStatus.PendingActivation && verdict.Authority is { Registers: true, Activates: true } of)
        {
            registered = await justInTime.GoOnAsync(registered, of);
            if (registered is null)
            {
                return Refuse(CredentialFault.Unknown, "the certificate was deleted");
            }
        }

        if (registered.Status == CertificateStatus.Active)
        {
            registered = await certificates.NoteUseAsync(registered);
            if (registered is null)
            {
                return Refuse(CredentialFault.Unknown, "the certificate was deleted");
            }
        }

        return registered.Status switch
        {
            CertificateStatus.Revoked => Refuse(CredentialFault.Revoked, "the certificate was revoked"),
            CertificateStatus.Active when registered.EndsAt is { } end && time.Now >= end => Refuse(CredentialFault.Revoked, "the certificate was replaced by another, and its overlap is over"),
            CertificateStatus.Active => CredentialCheck.Accept(ToPrincipal(certificate, registered, verdict)),
            _ => Refuse(CredentialFault.Inactive, "the certificate is not active; 'roost cert activate' lets it in"),
        };

        CredentialCheck Refuse(CredentialFault fault, string reason) => CredentialCheck.Refuse(fault, reason, $"cert/{fingerprint}");

        CredentialCheck? FaultOfDates(CertificateVerdict judged)
        {
            var now = time.Now;
            return now < judged.NotBefore
                ? Refuse(CredentialFault.NotYetValid, string.Create(CultureInfo.InvariantCulture, $"the certificate, or its CA's, begins to hold on {judged.NotBefore:yyyy-MM-dd HH:mm:ss}Z, and it is {now:yyyy-MM-dd HH:mm:ss}Z"))
                : now >= judged.NotAfter
                ? Refuse(CredentialFault.Expired, string.Create(CultureInfo.InvariantCulture, $"the certificate, or its CA's, has expired on {judged.NotAfter:yyyy-MM-dd HH:mm:ss}Z, and it is {now:yyyy-MM-dd HH:mm:ss}Z"))
                : null;
        }
    }

    private static string? FaultOfSize(X509Certificate2 certificate, IReadOnlyList<X509Certificate2> intermediates) =>
        certificate.RawDataMemory.Length > MostBytes ? $"the certificate has more than {MostBytes} bytes"
        : intermediates.Count > MostIntermediates ? $"more than {MostIntermediates} certificates came with it"
        : intermediates.Sum(static link => (long)link.RawDataMemory.Length) > MostChainBytes ? $"the certificates that came with it have more than {MostChainBytes} bytes"
        : null;

    private static Principal ToPrincipal(X509Certificate2 certificate, CertificateDescription registered, CertificateVerdict verdict) => new()
    {
        Kind = PrincipalKind.Certificate,
        Name = registered.Fingerprint,
        Thing = registered.Thing,
        ExpiresAt = registered.EndsAt is { } end && end < verdict.NotAfter ? end : verdict.NotAfter,
        Attributes = verdict.Attributes ?? CertificateAttributes.Of(certificate),
    };

    /// <summary>Kept only for those that are registered, so that strangers fill no memory, and dropped with every change of the CAs.</summary>
    private CertificateVerdict VerdictOf(X509Certificate2 certificate, string fingerprint, IReadOnlyList<X509Certificate2> intermediates, CertificateDescription? registered)
    {
        var snapshot = authorities.Snapshot;
        var verdicts = _verdicts;
        if (!ReferenceEquals(verdicts.Authorities, snapshot))
        {
            _verdicts = verdicts = new Verdicts(snapshot, new(StringComparer.Ordinal));
        }

        if (registered is null)
        {
            return Judge(certificate, intermediates, snapshot, isPinned: false);
        }

        if (!verdicts.Known.TryGetValue(fingerprint, out var known))
        {
            known = Judge(certificate, intermediates, snapshot, registered.Issuer is null);
            if (known.Fault is CredentialFault.None) // one that came without its intermediates may come with them
            {
                known = known with { Attributes = CertificateAttributes.Of(certificate) };
                verdicts.Known[fingerprint] = known;
            }
        }

        return known;
    }

    private static CertificateVerdict Judge(X509Certificate2 certificate, IReadOnlyList<X509Certificate2> intermediates, AuthoritySnapshot authorities, bool isPinned)
    {
        if ((CertificateStrength.WeaknessOf(certificate.PublicKey) ?? CertificateStrength.WeaknessOfSignature(certificate.SignatureAlgorithm.Value)) is { } weak)
        {
            return CertificateVerdict.Refuse(CredentialFault.Weak, $"the certificate has {weak}");
        }

        if (UnfitOf(certificate) is { } unfit)
        {
            return CertificateVerdict.Refuse(CredentialFault.UntrustedAuthority, unfit);
        }

        if (isPinned)
        {
            return new CertificateVerdict(null, new DateTimeOffset(certificate.NotBefore.ToUniversalTime()), new DateTimeOffset(certificate.NotAfter.ToUniversalTime()));
        }

        return CertificateChains.Build(certificate, intermediates, authorities) switch
        {
            null => CertificateVerdict.Refuse(CredentialFault.UntrustedAuthority, "no CA that this gateway trusts has signed the certificate; 'roost ca list' shows those that there are"),
            { Distrusted: { } distrusted } => CertificateVerdict.Refuse(CredentialFault.UntrustedAuthority, $"the certificate comes by '{distrusted}', which was distrusted; 'roost ca trust' takes that back"),
            { Weakness: { } weakness } => CertificateVerdict.Refuse(CredentialFault.Weak, $"a certificate on the way to its CA has {weakness}"),
            var chain => new CertificateVerdict(chain.Authority, chain.NotBefore, chain.NotAfter),
        };
    }

    /// <summary>What is made for another use is no client's certificate, whoever signed it.</summary>
    /// <returns>Null: it is fit.</returns>
    public static string? UnfitOf(X509Certificate2 certificate)
    {
        foreach (var extension in certificate.Extensions)
        {
            switch (extension)
            {
                case X509BasicConstraintsExtension { CertificateAuthority: true }:
                    return "the certificate is a CA's (CA:TRUE), not a client's";
                case X509EnhancedKeyUsageExtension usage when usage.EnhancedKeyUsages.OfType<Oid>().All(static oid => oid.Value is not (ClientAuthentication or AnyUsage)):
                    return "the certificate is not for clients: its extended key usage lacks clientAuth";
                case X509KeyUsageExtension key when (key.KeyUsages & (X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyAgreement)) == X509KeyUsageFlags.None:
                    return "the certificate's key may not sign, as a client's has to";
                default:
                    break;
            }
        }

        return null;
    }

    private sealed record Verdicts(AuthoritySnapshot Authorities, ConcurrentDictionary<string, CertificateVerdict> Known);
}
