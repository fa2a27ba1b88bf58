using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Gateway.Http;
using Roost.Gateway.Http.Tls;
using Roost.Gateway.Tests.Support;
using Roost.Identity;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Http;

/// <summary>A certificate that certbot, or who else, has replaced is shown to new connections without a restart; those that are open go on.</summary>
public sealed class CertificateReloadTests
{
    private static readonly TimeSpan s_lookInterval = TimeSpan.FromSeconds(2);

    private TemporaryFolder _folder = null!;
    private SecureDaemon _daemon = null!;
    private string _first = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        _first = await WriteAsync("site");
        _daemon = await SecureDaemon.StartAsync(_folder, tls: $"{{ certificate: {_folder["site.crt"]}, key: {_folder["site.key"]} }}");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_replaced_certificate_is_shown_without_a_restart()
    {
        var (before, shown) = await OpenAsync();
        await using var open = before;
        Assert.That(shown, Is.EqualTo(_first));

        var second = await WriteAsync("site");

        await Eventually.IsTrueAsync(async () => await ShownAsync() == second, "the new certificate");
        await open.WriteAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(open, Encoding.ASCII);
        Assert.That(await reader.ReadToEndAsync().WaitAsync(Eventually.Limit), Does.StartWith("HTTP/1.1 200 "), "a connection that was open goes on");
    }

    [Test]
    public async Task Between_key_and_certificate_and_with_broken_files_the_former_goes_on()
    {
        var first = await WriteAsync("other");
        var time = new ManualTimeProvider();
        var certificates = new ServerCertificates(
            new HttpTlsOptions { Certificate = _folder["other.crt"], Key = _folder["other.key"] }, _daemon.App.Services.GetRequiredService<IGatewayTls>(), time, NullLogger<ServerCertificates>.Instance);
        Assert.That(Shown(), Is.EqualTo(first));

        var second = await WriteAsync("next");
        File.Copy(_folder["next.key"], _folder["other.key"], overwrite: true);
        Assert.That(Shown(), Is.EqualTo(first), "a key without its certificate");
        await File.WriteAllTextAsync(_folder["other.crt"], "half of a cert");
        Assert.That(Shown(), Is.EqualTo(first), "a file that is being written");
        File.Delete(_folder["other.crt"]);
        Assert.That(Shown(), Is.EqualTo(first), "no file");
        File.Copy(_folder["next.crt"], _folder["other.crt"]);
        Assert.That(Shown(), Is.EqualTo(second));

        string Shown()
        {
            time.Advance(s_lookInterval);
            return FingerprintOf(certificates.Current().Context.TargetCertificate);
        }
    }

    /// <returns>The fingerprint of a new certificate, in NAME.crt and NAME.key.</returns>
    private async Task<string> WriteAsync(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var made = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        await File.WriteAllTextAsync(_folder[$"{name}.key"], key.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(_folder[$"{name}.crt"], made.ExportCertificatePem());
        return FingerprintOf(made);
    }

    private async Task<string> ShownAsync()
    {
        var (stream, shown) = await OpenAsync();
        await stream.DisposeAsync();
        return shown;
    }

    private async Task<(SslStream Stream, string Shown)> OpenAsync()
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _daemon.Port);
        var shown = "";
        var stream = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) =>
        {
            shown = certificate is null ? "" : FingerprintOf(certificate);
            return shown.Length > 0; // which one it is, is the question
        });
        await stream.AuthenticateAsClientAsync("localhost");
        return (stream, shown);
    }

    private static string FingerprintOf(X509Certificate certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.GetRawCertData()));
}
