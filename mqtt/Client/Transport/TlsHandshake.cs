using System.Net.Security;
using System.Security.Authentication;

namespace Roost.Mqtt.Client.Transport;

/// <summary>TLS on a stream, and words for its failure that an operator can act upon.</summary>
internal static class TlsHandshake
{
    /// <param name="tls">Used for many connections: it is copied, not changed.</param>
    /// <param name="host">The name that the certificate must have, where <paramref name="tls"/> says no other.</param>
    /// <exception cref="AuthenticationException">The certificate is refused, by either side, or the two have no version of TLS in common.</exception>
    public static async Task<SslStream> RunAsync(Stream stream, SslClientAuthenticationOptions tls, string host, TimeProvider clock, CancellationToken cancellationToken)
    {
        string? fault = null;
        var options = Copy(tls, host);
        options.RemoteCertificateValidationCallback ??= (_, certificate, chain, errors) =>
        {
            fault = CertificateFault.Describe(certificate, chain, errors, options.TargetHost!, clock.GetUtcNow());
            return fault is null;
        };
        var secure = new SslStream(stream);
        try
        {
            await secure.AuthenticateAsClientAsync(options, cancellationToken);
            return secure;
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            await secure.DisposeAsync();
            throw new AuthenticationException(fault ?? Describe(exception), exception);
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    private static string Describe(Exception exception)
    {
        var detail = (exception.InnerException ?? exception).Message.TrimEnd('.');
        return exception is IOException
            ? $"the server ended the handshake ({detail}); does it speak TLS on this port, does it want a client certificate, and does it know the protocols offered (ALPN)?"
            : $"{detail}; does the server speak TLS on this port, and is no log-in page of the network (captive portal) in between?";
    }

    private static SslClientAuthenticationOptions Copy(SslClientAuthenticationOptions from, string host) => new()
    {
        TargetHost = string.IsNullOrEmpty(from.TargetHost) ? host : from.TargetHost,
        AllowRenegotiation = from.AllowRenegotiation,
        AllowTlsResume = from.AllowTlsResume,
        ApplicationProtocols = from.ApplicationProtocols,
        CertificateChainPolicy = from.CertificateChainPolicy,
        CertificateRevocationCheckMode = from.CertificateRevocationCheckMode,
        CipherSuitesPolicy = from.CipherSuitesPolicy,
        ClientCertificateContext = from.ClientCertificateContext,
        ClientCertificates = from.ClientCertificates,
        EnabledSslProtocols = from.EnabledSslProtocols,
        EncryptionPolicy = from.EncryptionPolicy,
        LocalCertificateSelectionCallback = from.LocalCertificateSelectionCallback,
        RemoteCertificateValidationCallback = from.RemoteCertificateValidationCallback,
    };
}
