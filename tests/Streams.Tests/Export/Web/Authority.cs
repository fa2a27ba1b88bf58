using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Roost.Streams.Tests.Export.Web;

/// <summary>A certificate authority of a test's own.</summary>
internal sealed class Authority : IDisposable
{
    public Authority(string folder, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        Certificate = request.CreateSelfSigned(Now.AddYears(-5), Now.AddYears(5));
        File = Path.Combine(folder, name + ".crt");
        System.IO.File.WriteAllText(File, Certificate.ExportCertificatePem());
    }

    public X509Certificate2 Certificate { get; }

    /// <summary>Its certificate in PEM.</summary>
    public string File { get; }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <param name="name">A DNS name or an address.</param>
    /// <param name="from">Days from now on.</param>
    /// <param name="until">Days from now on.</param>
    public X509Certificate2 Issue(string name, int from = -1, int until = 1)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(Certificate, Now.AddDays(from), Now.AddDays(until), RandomNumberGenerator.GetBytes(8));
        using var whole = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null); // with a key that TLS can use
    }

    public void Dispose() => Certificate.Dispose();
}
