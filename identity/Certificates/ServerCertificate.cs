using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Roost.Identity.Certificates;

/// <summary>
/// The gateway's own server certificate. Key and certificates are one file, so that whoever reads it has a pair whenever he does; it is made anew before it expires, and
/// when the machine gets another name or address.
/// </summary>
internal sealed class ServerCertificate(
    IOptions<IdentityOptions> options, IOptions<IdentityCertificateOptions> certificates, GatewayAuthority authority, ClientAuthorities bundle, TrustedTime time,
    ILogger<ServerCertificate> logger, Func<IEnumerable<string>, IReadOnlyList<string>>? findNames = null) : IGatewayTls, IIdentityPart, IDisposable
{
    public const string FileName = "server.pem";

    /// <summary>Phones take none that is good for more than 825 days.</summary>
    private static readonly TimeSpan s_validity = TimeSpan.FromDays(730);

    private static readonly TimeSpan s_renewBefore = TimeSpan.FromDays(240);

    private readonly Func<IEnumerable<string>, IReadOnlyList<string>> _findNames = findNames ?? ServerNames.Find;
    private readonly SemaphoreSlim _turn = new(1);

    public string CertificateFile => Path.Combine(options.Value.Folder, FileName);

    public string KeyFile => CertificateFile;

    public string ClientAuthoritiesFile => bundle.File;

    public DateTimeOffset TrustedNow => time.Now;

    /// <summary>When it ends; null: it has not been made yet.</summary>
    public DateTimeOffset? NotAfter { get; private set; }

    public Task StartAsync(CancellationToken cancellationToken) => KeepAsync();

    /// <summary>Makes it anew where it will not do much longer.</summary>
    public async Task KeepAsync()
    {
        await _turn.WaitAsync();
        try
        {
            var names = _findNames(certificates.Value.Names);
            if (Reason(names) is { } reason)
            {
                await MakeAsync(names);
                logger.ServerCertificateMade(CertificateFile, reason, NotAfter!.Value, string.Join(", ", names));
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    /// <returns>Why another one is needed; null: the present one will do.</returns>
    private string? Reason(IReadOnlyList<string> names)
    {
        if (!File.Exists(CertificateFile))
        {
            return "there is none";
        }

        try
        {
            using var present = X509Certificate2.CreateFromPemFile(CertificateFile);
            NotAfter = new DateTimeOffset(present.NotAfter.ToUniversalTime());
            return !IsIssuedByPresentAuthority(present) ? "the gateway has another CA"
                : NotAfter - time.Now < s_renewBefore && NotAfter < new DateTimeOffset(authority.Certificate.NotAfter.ToUniversalTime()) ? "it ends"
                : !NamesOf(present).SetEquals(names) ? "names or addresses have changed"
                : null;
        }
        catch (Exception exception) when (exception is CryptographicException or IOException)
        {
            return "it cannot be read"; // nothing is lost: the CA signs another that clients trust as well
        }
    }

    private async Task MakeAsync(IReadOnlyList<string> names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = authority.Sign((issuer, issuerKey) => CertificateMaker.Server(new PublicKey(key), names, issuer, issuerKey, time.Now + s_validity));
        var chain = authority.Intermediates.Prepend(made).Select(static certificate => certificate.ExportCertificatePem() + "\n");
        await PrivateFile.WriteAsync(CertificateFile, string.Concat(chain) + key.ExportPkcs8PrivateKeyPem() + "\n");
        NotAfter = new DateTimeOffset(made.NotAfter.ToUniversalTime());
    }

    private bool IsIssuedByPresentAuthority(X509Certificate2 certificate)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(CertificateFile);
        return certificate.IssuerName.RawData.AsSpan().SequenceEqual(authority.Certificate.SubjectName.RawData)
            && chain.Skip(1).Select(static link => Fingerprints.Of(link)).SequenceEqual(authority.Intermediates.Select(static link => Fingerprints.Of(link)), StringComparer.Ordinal);
    }

    private static HashSet<string> NamesOf(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().ToList();
        return new HashSet<string>(
            names.SelectMany(static extension => extension.EnumerateDnsNames()).Concat(names.SelectMany(static extension => extension.EnumerateIPAddresses()).Select(static address => address.ToString())),
            StringComparer.OrdinalIgnoreCase);
    }
}
