using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Options;
using Roost.Mqtt;
using Roost.Mqtt.Client;

namespace Roost.Streams.Upstream;

/// <summary>What the client is told for one connection. Files are read each time: a renewed certificate or password needs no restart.</summary>
internal sealed class UplinkClientOptions(IOptions<CloudMqttOptions> mqtt, IOptions<CloudOptions> cloud)
{
    // Those who share the connection with the exports bound themselves; the sync of shadows to a hundred at most.
    private const int ForOthers = 100;

    private readonly CloudMqttOptions _options = mqtt.Value;

    // All exports together may have so much in flight; the client itself must not be what refuses.
    private readonly int _inflight = Math.Clamp(cloud.Value.Exports.Sum(export => export.MaxInflight) + ForOthers, 1, ushort.MaxValue / 2);

    /// <exception cref="UplinkCredentialsException">A file cannot be read or does not hold what it should.</exception>
    public MqttClientOptions Create() => new()
    {
        Host = _options.Host,
        Port = _options.EffectivePort,
        ProtocolVersion = _options.Version == "5" ? MqttProtocolVersion.V500 : MqttProtocolVersion.V311,
        ClientIdentifier = _options.ClientId,
        CleanStart = true, // the streams' cursors are our session: what was not acknowledged is sent again from there
        KeepAlive = _options.KeepAlive,
        ConnectTimeout = _options.ConnectTimeout,
        UserName = _options.UserName,
        Password = Password(),
        Tls = _options.Tls is { } tls ? Tls(tls) : null,
        Reconnect = false,
        MaxInflight = _inflight,
        MaxQueuedMessages = Math.Max(_inflight, 10_000),
    };

    private ReadOnlyMemory<byte>? Password()
    {
        if (_options.PasswordFile is { } file)
        {
            return Encoding.UTF8.GetBytes(Read(file, "password-file", File.ReadAllText).TrimEnd('\r', '\n'));
        }

        if (_options.Password is { } password)
        {
            return Encoding.UTF8.GetBytes(password);
        }

        return null; // not by a conditional expression: its null would become an empty password, which 3.1.1 servers refuse
    }

    private SslClientAuthenticationOptions Tls(CloudTlsOptions tls)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = _options.Host };
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
            options.ClientCertificateContext = Read(certificate, "tls.certificate", path => Certificate(path, tls.Key!));
        }

        return options;
    }

    private static SslStreamCertificateContext Certificate(string certificate, string key)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificate);
        return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(certificate, key), chain, offline: true);
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
