using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Roost.Identity.Certificates;

/// <summary>Signs certificates. All begin to hold long ago, because gateways and robots wake up with clocks that show it: ADR 0153.</summary>
internal static class CertificateMaker
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const int SerialBytes = 16;

    /// <summary>What a clock without a battery shows first.</summary>
    public static DateTimeOffset NotBefore => DateTimeOffset.UnixEpoch;

    public static X509Certificate2 Authority(ECDsa key, string name, DateTimeOffset notAfter)
    {
        var request = AuthorityRequest(key, Subject(name));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(SubjectKey(request.PublicKey)));
        return request.Create(request.SubjectName, X509SignatureGenerator.CreateForECDsa(key), NotBefore, WholeSeconds(notAfter), Serial());
    }

    /// <summary>What an owner's CA is asked to sign: an authority that signs end entities only.</summary>
    public static CertificateRequest AuthorityRequest(ECDsa key, X500DistinguishedName subject)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(SubjectKey(request.PublicKey));
        return request;
    }

    /// <param name="names">DNS names and addresses; at least one.</param>
    public static X509Certificate2 Server(PublicKey key, IReadOnlyList<string> names, X509Certificate2 issuer, ECDsa issuerKey, DateTimeOffset notAfter)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        var request = LeafRequest(key, Subject(names[0]), ServerAuthentication);
        request.CertificateExtensions.Add(alternatives.Build());
        return Sign(request, issuer, issuerKey, notAfter);
    }

    public static X509Certificate2 Client(PublicKey key, string commonName, X509Certificate2 issuer, ECDsa issuerKey, DateTimeOffset notAfter) =>
        Sign(LeafRequest(key, Subject(commonName), ClientAuthentication), issuer, issuerKey, notAfter);

    private static CertificateRequest LeafRequest(PublicKey key, X500DistinguishedName subject, string usage)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        var isRsa = key.Oid.Value == CertificateStrength.Rsa; // with TLS 1.2 some clients let their server encrypt for them
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | (isRsa ? X509KeyUsageFlags.KeyEncipherment : X509KeyUsageFlags.None), critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        request.CertificateExtensions.Add(SubjectKey(key));
        return request;
    }

    private static X509Certificate2 Sign(CertificateRequest request, X509Certificate2 issuer, ECDsa issuerKey, DateTimeOffset notAfter)
    {
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var end = notAfter.UtcDateTime < issuer.NotAfter.ToUniversalTime() ? notAfter : new DateTimeOffset(issuer.NotAfter.ToUniversalTime());
        var begin = new DateTimeOffset(issuer.NotBefore.ToUniversalTime()); // an owner's CA may not reach as far back as ours
        return request.Create(issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(issuerKey), begin > NotBefore ? begin : NotBefore, WholeSeconds(end), Serial());
    }

    private static X509SubjectKeyIdentifierExtension SubjectKey(PublicKey key) => new(key, X509SubjectKeyIdentifierHashAlgorithm.Sha256, critical: false);

    private static X500DistinguishedName Subject(string commonName)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName(commonName);
        return builder.Build();
    }

    private static DateTimeOffset WholeSeconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

    /// <summary>Positive, and of full length.</summary>
    private static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(SerialBytes);
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        return serial;
    }
}
