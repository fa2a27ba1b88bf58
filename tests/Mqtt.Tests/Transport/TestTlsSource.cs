using System.Security.Cryptography.X509Certificates;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Transport;

/// <summary>What identity is in the daemon: files, and a clock of its own.</summary>
internal sealed class TestTlsSource(TestCertificates certificates) : ITlsSource, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string CertificateFile => certificates.CertificateFile;

    public string KeyFile => certificates.KeyFile;

    public string ClientAuthoritiesFile => _folder["authorities.pem"];

    public DateTimeOffset TrustedNow { get; set; } = TimeProvider.System.GetUtcNow();

    public void Trust(params X509Certificate2[] authorities) => File.WriteAllLines(ClientAuthoritiesFile, authorities.Select(static one => one.ExportCertificatePem()));

    public void Dispose() => _folder.Dispose();
}
