using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Transport;

/// <summary>Bytes over any stream: TCP, a unix socket, TLS.</summary>
internal sealed class StreamClient(Stream stream) : IAsyncDisposable
{
    public const string ConnAck = "20020000";

    public Stream Stream => stream;

    public static async Task<StreamClient> OpenAsync(int port, string address = "127.0.0.1")
    {
        var endPoint = IPEndPoint.Parse($"{(address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address)}:{port}");
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endPoint);
        return new StreamClient(new NetworkStream(socket, ownsSocket: true));
    }

    public static async Task<StreamClient> OpenUnixAsync(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return new StreamClient(new NetworkStream(socket, ownsSocket: true));
    }

    /// <summary>Trusts what <paramref name="authority"/> has signed, and nothing else.</summary>
    public static async Task<StreamClient> OpenTlsAsync(int port, X509Certificate2 authority, SslProtocols protocols = SslProtocols.None, X509Certificate2? certificate = null) =>
        await (await OpenAsync(port)).StartTlsAsync(authority, protocols, certificate);

    /// <param name="protocols">By ALPN.</param>
    public static async Task<StreamClient> OpenTlsAsync(int port, X509Certificate2 authority, SslStreamCertificateContext? context, params string[] protocols) =>
        await (await OpenAsync(port)).StartTlsAsync(authority, SslProtocols.None, context, protocols);

    public async Task<StreamClient> StartTlsAsync(X509Certificate2 authority, SslProtocols protocols = SslProtocols.None, X509Certificate2? certificate = null) =>
        await StartTlsAsync(authority, protocols, certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true), []);

    private async Task<StreamClient> StartTlsAsync(X509Certificate2 authority, SslProtocols version, SslStreamCertificateContext? context, string[] protocols)
    {
        var tls = new SslStream(stream);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = version,
            CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, CustomTrustStore = { authority } },
            ClientCertificateContext = context,
            ApplicationProtocols = protocols.Length == 0 ? null : [.. protocols.Select(static name => new SslApplicationProtocol(name))],
        };
        await tls.AuthenticateAsClientAsync(options).WaitAsync(Eventually.Limit);
        return new StreamClient(tls);
    }

    public async Task SendAsync(string hex) => await SendAsync(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));

    public async Task SendAsync(byte[] bytes)
    {
        await stream.WriteAsync(bytes);
        await stream.FlushAsync();
    }

    public async Task<byte[]> ReceiveAsync(int count)
    {
        var bytes = new byte[count];
        await Eventually.CompletesAsync(ReadAsync(bytes), $"{count} bytes");
        return bytes;
    }

    public async Task ExpectAsync(string hex)
    {
        var expected = hex.Replace(" ", "", StringComparison.Ordinal);
        Assert.That(Convert.ToHexString(await ReceiveAsync(expected.Length / 2)), Is.EqualTo(expected));
    }

    /// <summary>Everything up to the close.</summary>
    public async Task<byte[]> ReceiveToEndAsync()
    {
        var all = new MemoryStream();
        try
        {
            await stream.CopyToAsync(all).WaitAsync(Eventually.Limit);
        }
        catch (IOException)
        {
            // A reset closes too.
        }

        return all.ToArray();
    }

    public async Task ExpectCloseAsync() => Assert.That(Convert.ToHexString(await ReceiveToEndAsync()), Is.Empty, "bytes before the close");

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async Task<bool> ReadAsync(byte[] bytes)
    {
        await stream.ReadExactlyAsync(bytes);
        return true;
    }
}
