using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Roost.EndToEnd.Tests.AwsClients;

/// <summary>A certificate authority as files in a folder, with a certificate for the gateway and one for a robot: what AWS's device SDKs want.</summary>
internal sealed class FleetCertificates : IDisposable
{
    private readonly string _folder;
    private readonly ECDsa _authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;
    private byte _serial;

    public FleetCertificates(string folder)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        var request = new CertificateRequest("CN=fleet", _authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        _authority = request.CreateSelfSigned(Now.AddDays(-2), Now.AddDays(20));
        File.WriteAllText(Authority, _authority.ExportCertificatePem());
        Issue("gateway", "localhost");
        Issue("robot", "vac-01");
    }

    public string Authority => InFolder("ca.crt");

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public string Certificate(string holder) => InFolder($"{holder}.crt");

    public string Key(string holder) => InFolder($"{holder}.key");

    public void Dispose()
    {
        _authority.Dispose();
        _authorityKey.Dispose();
    }

    private void Issue(string holder, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(_authority, Now.AddDays(-1), Now.AddDays(10), [++_serial]);
        File.WriteAllText(Certificate(holder), certificate.ExportCertificatePem());
        File.WriteAllText(Key(holder), key.ExportPkcs8PrivateKeyPem());
    }

    private string InFolder(string name) => Path.Combine(_folder, name);
}
