using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Options;
using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Streams.Credentials;

namespace Roost.Streams.Upstream;

/// <summary>What the client is told for one connection. Files and secrets are read each time: a renewed certificate or password needs no restart.</summary>
internal sealed class UplinkClientOptions(IOptions<CloudMqttOptions> mqtt, IOptions<CloudOptions> cloud, IStreamSecrets secrets)
{
    // Those who share the connection with the exports bound themselves; the sync of shadows to a hundred at most.
    private const int ForOthers = 100;

    // Longer than the outages that a link of a vehicle has all the time, and much shorter than the quarter of an hour that TCP waits.
    private static readonly TimeSpan s_unacknowledged = TimeSpan.FromSeconds(30);

    // Messages from the cloud that wait to be durable here, at most: one sync of the disk serves them all.
    private const int MostReceived = 256;

    private readonly bool _keepsSession = cloud.Value.Bridge.Any(entry => entry.CarriesIn);

    // A queue of the bridge has so many in flight.
    private const int ForEachBridge = 256;

    private readonly CloudMqttOptions _options = mqtt.Value;

    // All exports together may have so much in flight; the client itself must not be what refuses.
    private readonly int _inflight = Math.Clamp(cloud.Value.Exports.Where(export => export.To == ExportTarget.Mqtt).Sum(export => export.MessagesInflight)  + (ForEachBridge * cloud.Value.Bridge.Count) + ForOthers, 1, ushort.MaxValue / 2);

    /// <exception cref="UplinkCredentialsException">A file or secret cannot be read or does not hold what it should.</exception>
    public MqttClientOptions Create(UplinkHost host) => new()
    {
        Host = host.Host,
        Port = host.Port,
        Proxy = _options.Proxy is { } proxy ? Proxy(proxy) : null,
        WebSocket = _options.WebsocketPath is { } path ? new MqttWebSocketOptions { Path = path } : null,
        UnacknowledgedTimeout = s_unacknowledged,
        ProtocolVersion = _options.Version == "5" ? MqttProtocolVersion.V500 : MqttProtocolVersion.V311,
        ClientIdentifier = _options.ClientId,

        // The streams' cursors are our session for what goes out. Only the bridge's way in needs the server's: for what comes while there is no connection.
        CleanStart = !_keepsSession,
        SessionExpiryInterval = _keepsSession ? _options.SessionExpiry : TimeSpan.Zero,
        MaxReceivedMessages = MostReceived,
        MaxHandledMessages = MostReceived,
        KeepAlive = _options.KeepAlive,
        ConnectTimeout = _options.ConnectTimeout,
        UserName = _options.UserName,
        Password = Password(),
        Tls = _options.Tls is { } tls ? Tls(tls, host.Host) : null,
        Reconnect = false,
        MaxInflight = _inflight,
        MaxQueuedMessages = Math.Max(_inflight, 10_000),
    };

    /// <remarks>A null byte array would become an empty password, which 3.1.1 servers refuse.</remarks>
    private ReadOnlyMemory<byte>? Password() =>
        Password(_options.Password, _options.PasswordFile, _options.PasswordSecret, of: "") is { } password ? Encoding.UTF8.GetBytes(password).AsMemory() : default(ReadOnlyMemory<byte>?);

    private string? Password(string? password, string? file, string? secret, string of) =>
        file is not null ? Read(file, of + "password-file", File.ReadAllText).TrimEnd('\r', '\n')
        : secret is not null ? Secret(of + "password-secret", secret).TrimEnd('\r', '\n')
        : password;

    private string Secret(string key, string name)
    {
        try
        {
            return secrets.Get($"cloud.mqtt.{key}", name);
        }
        catch (SecretUnavailableException exception)
        {
            throw new UplinkCredentialsException(exception.Message, exception);
        }
    }

    private MqttProxyOptions Proxy(CloudProxyOptions proxy) => new()
    {
        Kind = proxy.Kind == CloudProxyKind.Socks5 ? MqttProxyKind.Socks5 : MqttProxyKind.HttpConnect,
        Host = proxy.Host,
        Port = proxy.EffectivePort,
        UserName = proxy.UserName,
        Password = Password(proxy.Password, proxy.PasswordFile, proxy.PasswordSecret, "proxy."),
    };

    private SslClientAuthenticationOptions Tls(CloudTlsOptions tls, string host)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = tls.ServerName ?? host };
        if (tls.Alpn.Count > 0)
        {
            options.ApplicationProtocols = [.. tls.Alpn.Select(static protocol => new SslApplicationProtocol(protocol))];
        }

        if (tls.Ca is { } ca)
        {
            var roots = new X509Certificate2Collection();
            Read(ca, "tls.ca", path =>
            {
                roots.ImportFromPemFile(path);
                return roots;
            });
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck, // a private authority seldom has a list, and a gateway may not reach it
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }

        if (tls.Certificate is { } certificate)
        {
            var pem = tls.KeySecret is { } secret ? Secret("tls.key-secret", secret) : null;
            options.ClientCertificateContext = Read(certificate, "tls.certificate", path => Certificate(path, tls.Key, pem));
        }

        return options;
    }

    /// <param name="certificate">The file.</param>
    /// <param name="file">Holds the key, where there is no <paramref name="pem"/>.</param>
    /// <param name="pem">The key itself.</param>
    private static SslStreamCertificateContext Certificate(string certificate, string? file, string? pem)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificate);
        return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(File.ReadAllText(certificate), pem ?? File.ReadAllText(file!)), chain, offline: true);
    }

    private static T Read<T>(string path, string key, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new UplinkCredentialsException($"cloud.mqtt.{key} ({path}) cannot be used: {exception.Message}", exception);
        }
    }
}
