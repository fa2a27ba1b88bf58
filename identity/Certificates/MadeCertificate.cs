using System.Security.Cryptography.X509Certificates;

namespace Roost.Identity.Certificates;

/// <summary>A certificate that is signed and not registered yet.</summary>
internal sealed record MadeCertificate(X509Certificate2 Certificate, IssuedCertificate Issued) : IDisposable
{
    public void Dispose() => Certificate.Dispose();
}
