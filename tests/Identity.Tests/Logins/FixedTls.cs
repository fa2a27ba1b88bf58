using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Roost.Identity.Tests.Logins;

/// <summary>A server's certificate and a CA of a test's own, that never change.</summary>
internal sealed class FixedTls : IGatewayTls
{
    public FixedTls(string folder)
    {
        Directory.CreateDirectory(folder);
        CertificateFile = Path.Combine(folder, "server.pem");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=gateway", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        AuthorityPem = certificate.ExportCertificatePem();
        File.WriteAllText(CertificateFile, AuthorityPem);
        Fingerprint = certificate.GetCertHash(HashAlgorithmName.SHA256);
    }

    public string AuthorityPem { get; }

    public byte[] Fingerprint { get; }

    public string CertificateFile { get; }

    public string KeyFile => CertificateFile;

    public string ClientAuthoritiesFile => CertificateFile;

    public DateTimeOffset TrustedNow => throw new NotSupportedException();
}
