using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Roost.Identity.Tests.Certificates;

/// <summary>Makes certificates of all kinds, good and bad, as somebody else would.</summary>
internal static class Forge
{
    public static readonly DateTimeOffset Start = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset End = new(2040, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static X509Certificate2 Authority(string name = "CN=Somebody's CA", AsymmetricAlgorithm? key = null, X509Certificate2? issuer = null, bool isAuthority = true, DateTimeOffset? notAfter = null)
    {
        var own = key ?? ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(name, own, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return issuer is null
            ? request.CreateSelfSigned(Start, notAfter ?? End)
            : WithKey(request.Create(issuer, Start, notAfter ?? End, RandomNumberGenerator.GetBytes(8)), own);
    }

    /// <param name="issuer">With its key; null: signed by itself.</param>
    public static X509Certificate2 Client(
        X509Certificate2? issuer, string name = "CN=robot", AsymmetricAlgorithm? key = null, HashAlgorithmName? hash = null, DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null,
        bool? isAuthority = null, string? usage = null, int padding = 0)
    {
        var own = key ?? ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(name, own, hash ?? HashAlgorithmName.SHA256);
        if (isAuthority is { } marked)
        {
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(marked, hasPathLengthConstraint: false, 0, critical: true));
        }

        if (usage is not null)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        }

        if (padding > 0)
        {
            request.CertificateExtensions.Add(new X509Extension("1.3.6.1.4.1.99999.1", [0x04, 0x82, (byte)(padding >> 8), (byte)padding, .. new byte[padding]], critical: false));
        }

        if (issuer is null)
        {
            return request.CreateSelfSigned(notBefore ?? Start, notAfter ?? End);
        }

        using var signer = issuer.GetECDsaPrivateKey();
        using var rsaSigner = issuer.GetRSAPrivateKey();
        var generator = signer is not null ? X509SignatureGenerator.CreateForECDsa(signer) : X509SignatureGenerator.CreateForRSA(rsaSigner!, RSASignaturePadding.Pkcs1);
        return WithKey(request.Create(issuer.SubjectName, generator, notBefore ?? Start, notAfter ?? End, RandomNumberGenerator.GetBytes(8)), own);
    }

    public static string Request(AsymmetricAlgorithm key, HashAlgorithmName hash, string name = "CN=robot", params X509Extension[] extensions)
    {
        var request = Request(name, key, hash);
        foreach (var extension in extensions)
        {
            request.CertificateExtensions.Add(extension);
        }

        return key is RSA rsa ? request.CreateSigningRequestPem(X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1)) : request.CreateSigningRequestPem();
    }

    private static CertificateRequest Request(string name, AsymmetricAlgorithm key, HashAlgorithmName hash) =>
        key is RSA rsa ? new CertificateRequest(name, rsa, hash, RSASignaturePadding.Pkcs1) : new CertificateRequest(name, (ECDsa)key, hash);

    private static X509Certificate2 WithKey(X509Certificate2 certificate, AsymmetricAlgorithm key) =>
        key is RSA rsa ? certificate.CopyWithPrivateKey(rsa) : certificate.CopyWithPrivateKey((ECDsa)key);
}
