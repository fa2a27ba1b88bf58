using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Roost.Identity;

namespace Roost.Gateway.Http.Tls;

/// <summary>HTTPS: TLS 1.2 and 1.3 with the broker's suites, a client certificate taken where one is shown, and judged by identity for each request.</summary>
internal static class TlsListener
{
    /// <summary>Of clients of AWS IoT that speak HTTP on whatever port; without it they would be refused.</summary>
    private static readonly SslApplicationProtocol _awsHttp = new("x-amzn-http-ca");

    private static readonly TimeSpan _handshakeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Forward secrecy and authenticated encryption only, as on the broker's listeners.</summary>
    private static readonly TlsCipherSuite[] _suites =
    [
        TlsCipherSuite.TLS_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CCM,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CCM,
    ];

    /// <param name="perAddress">Shared by all listeners with TLS.</param>
    public static void UseTls(this ListenOptions listener, HttpTlsOptions options, AddressLimit perAddress)
    {
        var services = listener.ApplicationServices;
        var certificates = new ServerCertificates(
            options, services.GetRequiredService<IGatewayTls>(), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<ServerCertificates>>());
        listener.Use(next => connection => perAddress.AdmitAsync(connection, next));
        listener.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = _handshakeTimeout,
            OnConnection = context =>
            {
                var peer = new PeerCertificate(certificates.Current());
                ((ConnectionContext)context.Connection).Features.Set(peer);
                return ValueTask.FromResult(ServerOptions(options, peer));
            },
        });
    }

    private static SslServerAuthenticationOptions ServerOptions(HttpTlsOptions options, PeerCertificate peer) => new()
    {
        ServerCertificateContext = peer.Server.Context,
        EnabledSslProtocols = options.MinVersion == "1.3" ? SslProtocols.Tls13 : SslProtocols.Tls12 | SslProtocols.Tls13,
#pragma warning disable CA1416 // OpenSSL 3: this daemon runs on Linux alone
        CipherSuitesPolicy = new CipherSuitesPolicy(_suites),
#pragma warning restore CA1416
        ApplicationProtocols = [SslApplicationProtocol.Http11, _awsHttp],
        AllowRenegotiation = false,
        ClientCertificateRequired = true, // asks for one; RemoteCertificateValidationCallback lets those without pass
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust, // nothing is trusted here: identity judges, and no issuer is fetched from anywhere
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
        },
        // What a good certificate is, identity says: a request with a bad one is answered why, and noted in the audit.
        RemoteCertificateValidationCallback = (_, certificate, chain, _) => certificate is null || peer.TryKeep(certificate, chain),
    };
}
