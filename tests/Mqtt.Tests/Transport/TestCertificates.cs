using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Transport;

/// <summary>A certificate authority of a test's own, with a server's certificate as files.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private byte _serial;

    public TestCertificates(string name = "test CA")
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        Authority = request.CreateSelfSigned(Now.AddDays(-20), Now.AddDays(30));
        File.WriteAllText(AuthorityFile, Authority.ExportCertificatePem());
        WriteServer("localhost");
    }

    public X509Certificate2 Authority { get; }

    public string AuthorityFile => _folder["ca.crt"];

    public string CertificateFile => _folder["server.crt"];

    public string KeyFile => _folder["server.key"];

    public string PasswordFile => _folder["password"];

    public MqttTlsOptions Options => new() { Certificate = CertificateFile, Key = KeyFile };

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public void WriteServer(string name, int fromDays = -1, int toDays = 20, string? password = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Issue(name, key, fromDays, toDays);
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile, password is null
            ? key.ExportPkcs8PrivateKeyPem()
            : key.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        File.WriteAllText(PasswordFile, $"{password}\n");
    }

    public void WriteForeignKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>With its private key.</summary>
    public X509Certificate2 IssueForClient(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Issue(name, key, -1, 20);
        return certificate.CopyWithPrivateKey(key);
    }

    public void Dispose()
    {
        Authority.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }

    private X509Certificate2 Issue(string name, ECDsa key, int fromDays, int toDays)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name.Replace(' ', '-'));
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request.Create(Authority, Now.AddDays(fromDays), Now.AddDays(toDays), [++_serial]);
    }
}
