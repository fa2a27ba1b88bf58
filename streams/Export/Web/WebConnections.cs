using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Roost.Mqtt.Client.Transport;
using Roost.Streams.Credentials;

namespace Roost.Streams.Export.Web;

/// <summary>The connections to one server, kept for the next request and made anew when a certificate's file or its key changes.</summary>
internal sealed class WebConnections(ExportHttpOptions options, IStreamSecrets secrets, TimeProvider clock, string section = "http") : IDisposable
{
    // An address that moved is seen after so long, and a balancer gets to balance.
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_ping = TimeSpan.FromSeconds(15);

    private const SocketOptionName NotSentLowWater = (SocketOptionName)25; // TCP_NOTSENT_LOWAT
    private const int NotSentBytes = 32 * 1024;

    private readonly Uri _url = new(options.Url);
    private readonly Lock _gate = new();
    private HttpMessageInvoker? _current;
    private HttpMessageInvoker? _former;
    private (DateTime, DateTime, DateTime, string?) _stamp;

    /// <exception cref="WebFileException">A certificate or key cannot be used.</exception>
    /// <exception cref="SecretUnavailableException">The key is a secret that is not there.</exception>
    public HttpMessageInvoker Current()
    {
        lock (_gate)
        {
            var key = options.KeySecret is { } secret ? secrets.Get($"{section}.key-secret", secret) : null;
            var stamp = (Stamp(options.Ca), Stamp(options.Certificate), Stamp(options.Key), key is null ? null : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key))));
            if (_current is null || stamp != _stamp)
            {
                var made = new HttpMessageInvoker(Handler(key));
                _former?.Dispose(); // two renewals ago: none of its requests is under way any more
                (_former, _current, _stamp) = (_current, made, stamp);
            }

            return _current;
        }
    }

    public void Dispose()
    {
        _current?.Dispose();
        _former?.Dispose();
    }

    private static DateTime Stamp(string? file) => file is null ? default : File.GetLastWriteTimeUtc(file);

    /// <param name="key">In PEM, where it is a secret.</param>
    private SocketsHttpHandler Handler(string? key) => new()
    {
        AllowAutoRedirect = false, // it would carry the token to whatever address a stranger names
        UseCookies = false,
        UseProxy = options.Proxy is not null,
        Proxy = options.Proxy is { } proxy ? ProxyAt(new Uri(proxy)) : null,
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionLifetime = s_longest,
        ConnectTimeout = options.Timeout,
        Expect100ContinueTimeout = TimeSpan.FromSeconds(3),
        // A connection of HTTP/2 outlives a request that was given up: without this, the next would go into the same hole.
        KeepAlivePingDelay = s_ping,
        KeepAlivePingTimeout = s_ping,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        MaxResponseHeadersLength = 32, // KiB
        MaxResponseDrainSize = 64 * 1024,
        ConnectCallback = ConnectAsync,
        SslOptions = Tls(key),
    };

    private static WebProxy ProxyAt(Uri proxy) => new(new UriBuilder(proxy) { UserName = "", Password = "" }.Uri)
    {
        Credentials = proxy.UserInfo.Length == 0 ? null : new NetworkCredential(Uri.UnescapeDataString(proxy.UserInfo.Split(':')[0]), Uri.UnescapeDataString(proxy.UserInfo.Split(':', 2)[^1])),
    };

    /// <summary>To whichever address answers first: a name may have one that leads nowhere.</summary>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        IReadOnlyList<IPAddress> addresses = IPAddress.TryParse(host, out var address) ? [address] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        var connecting = new HappyEyeballs((one, cancelled) => ConnectAsync(new IPEndPoint(one, port), cancelled), clock);
        return new NetworkStream(await connecting.ConnectAsync(HappyEyeballs.TakeTurns(addresses), cancellationToken), ownsSocket: true);
    }

    /// <summary>Keeps what has not left the machine small, so that "written" means nearly sent, also on a link of 64 kbit/s: the watch relies on it.</summary>
    private static async Task<Socket> ConnectAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, (int)NotSentLowWater, BitConverter.GetBytes(NotSentBytes));
            await socket.ConnectAsync(address, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private SslClientAuthenticationOptions Tls(string? keyPem)
    {
        var check = new ServerCertificateCheck(_url.IdnHost, options.Ca, clock, section);
        var tls = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, chain, errors) => check.Accept(certificate, chain, errors) };
        if (options.Ca is { } ca)
        {
            var roots = new X509Certificate2Collection();
            Read("ca", ca, () => roots.ImportFromPemFile(ca));
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck, // a private authority seldom has a list, and a gateway may not reach it
            };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }

        if (options.Certificate is { } certificate)
        {
            Read("certificate", certificate, () =>
            {
                var chain = new X509Certificate2Collection();
                chain.ImportFromPemFile(certificate);
                tls.ClientCertificateContext = SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(File.ReadAllText(certificate), keyPem ?? File.ReadAllText(options.Key!)), chain, offline: true);
            });
        }

        return tls;
    }

    private void Read(string key, string path, Action read)
    {
        try
        {
            read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new WebFileException($"{section}.{key}", path, exception.Message, exception);
        }
    }
}
