using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Roost.Mqtt.Tests.Client;

/// <summary>A certificate authority of a test's own, and what it signs, as PEM files in a folder.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly string _folder;
    private readonly X509Certificate2 _root;

    public TestAuthority(string folder, string name)
    {
        _folder = folder;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        _root = request.CreateSelfSigned(Now.AddDays(-30), Now.AddDays(30));
        CertificateFile = Path.Combine(folder, name + ".crt");
        File.WriteAllText(CertificateFile, _root.ExportCertificatePem());
    }

    /// <summary>The authority's own certificate.</summary>
    public string CertificateFile { get; }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>Makes <c>name.crt</c> and <c>name.key</c>.</summary>
    /// <param name="hosts">Names of a server; none for a client.</param>
    /// <param name="expired">It was valid until yesterday.</param>
    /// <param name="notYet">It is valid from tomorrow on: what a machine sees whose clock is wrong.</param>
    public (string Certificate, string Key) Issue(string name, string[]? hosts = null, bool expired = false, bool notYet = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        if (hosts is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (var host in hosts)
            {
                if (IPAddress.TryParse(host, out var address))
                {
                    names.AddIpAddress(address);
                }
                else
                {
                    names.AddDnsName(host);
                }
            }

            request.CertificateExtensions.Add(names.Build());
        }

        var serial = RandomNumberGenerator.GetBytes(8);
        using var certificate = request.Create(_root, Now.AddDays(notYet ? 1 : -20), Now.AddDays(expired ? -1 : 20), serial);
        var (certificateFile, keyFile) = (Path.Combine(_folder, name + ".crt"), Path.Combine(_folder, name + ".key"));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (certificateFile, keyFile);
    }

    public void Dispose() => _root.Dispose();
}
