using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Roost.Gateway.Http.Tls;

/// <summary>A server's certificate with its key and those between it and its root, as the files were when it was made. Immutable.</summary>
internal sealed class ServerIdentity : IDisposable
{
    private const int MaxFileBytes = 1024 * 1024; // a hundred times the longest chain

    private readonly X509Certificate2 _certificate;
    private readonly X509Certificate2Collection _chain;

    private ServerIdentity(X509Certificate2 certificate, X509Certificate2Collection chain)
    {
        (_certificate, _chain) = (certificate, chain);
        Context = SslStreamCertificateContext.Create(certificate, chain, offline: true); // no issuer is fetched from anywhere
    }

    public SslStreamCertificateContext Context { get; }

    public DateTime NotBefore => _certificate.NotBefore.ToUniversalTime();

    public DateTime NotAfter => _certificate.NotAfter.ToUniversalTime();

    /// <summary>Whether the certificate was made for this name or IP address.</summary>
    public bool IsFor(string host) => host.Length > 0 && _certificate.MatchesHostname(host, allowWildcards: true, allowCommonName: false);

    /// <exception cref="ServerIdentityException">A file is missing, is no PEM, or key and certificate do not belong together.</exception>
    public static ServerIdentity Load(string certificateFile, string keyFile, string? passwordFile)
    {
        var chain = new X509Certificate2Collection();
        var certificates = Read(nameof(HttpTlsOptions.Certificate), certificateFile);
        try
        {
            chain.ImportFromPem(Encoding.UTF8.GetString(certificates));
        }
        catch (CryptographicException)
        {
            chain.Clear();
        }

        if (chain.Count == 0)
        {
            throw new ServerIdentityException(nameof(HttpTlsOptions.Certificate), $"is {certificateFile}, which holds no certificate in PEM that can be read; use a file with -----BEGIN CERTIFICATE-----");
        }

        var key = Encoding.UTF8.GetString(Read(nameof(HttpTlsOptions.Key), keyFile));
        var password = passwordFile is null ? null : Encoding.UTF8.GetString(Read(nameof(HttpTlsOptions.KeyPasswordFile), passwordFile)).TrimEnd('\r', '\n');
        var leaf = chain[0];
        chain.RemoveAt(0);
        try
        {
            var pem = leaf.ExportCertificatePem();
            return new ServerIdentity(password is null ? X509Certificate2.CreateFromPem(pem, key) : X509Certificate2.CreateFromEncryptedPem(pem, key, password), chain);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            Release(chain);
            throw new ServerIdentityException(nameof(HttpTlsOptions.Key), $"is {keyFile}, which is no private key in PEM that belongs to {certificateFile}{(password is null ? "" : " and opens with the password")}; use the key that the certificate was made for");
        }
        finally
        {
            leaf.Dispose();
        }
    }

    public void Dispose()
    {
        _certificate.Dispose();
        Release(_chain);
    }

    private static void Release(X509Certificate2Collection certificates)
    {
        foreach (var certificate in certificates)
        {
            certificate.Dispose();
        }
    }

    private static byte[] Read(string key, string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var bytes = new byte[MaxFileBytes + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= MaxFileBytes ? bytes[..length] : throw new ServerIdentityException(key, $"is {file}, which is larger than 1 MiB; name a file in PEM");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ServerIdentityException(key, $"is {file}, which " + exception switch
            {
                FileNotFoundException or DirectoryNotFoundException => "does not exist; name a file that does, absolute or relative to the configuration file",
                UnauthorizedAccessException => "may not be read by this user; change its owner, group or mode",
                _ => $"cannot be read ({exception.Message}); name another file",
            });
        }
    }
}
