using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Http;

/// <summary>Who sends his headers a byte at a time, so as to hold connections for ever, is ended, and the others are served meanwhile.</summary>
public sealed class SlowHeadersTests
{
    private const string Beginning = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";
    private const int Slow = 20;

    private TemporaryFolder _folder = null!;
    private SecureDaemon _daemon = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        _daemon = await SecureDaemon.StartAsync(_folder, "  headers-timeout: 1s");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Headers_without_an_end_are_ended_while_others_are_served()
    {
        var slow = new List<SslStream>();
        try
        {
            for (var i = 0; i < Slow; i++)
            {
                slow.Add(await OpenAsync());
                await slow[i].WriteAsync(Encoding.ASCII.GetBytes(Beginning));
            }

            await using var silent = await OpenAsync();
            await silent.WriteAsync(Encoding.ASCII.GetBytes(Beginning));
            var told = ReadToTheEndAsync(silent);
            var ends = Task.WhenAll(slow.Select(ReadToTheEndAsync));
            using var other = _daemon.Client();
            do
            {
                Assert.That(await other.GetStringAsync("/healthz"), Does.Contain("up"), "the others are served");
                await Task.WhenAll(slow.Select(DripAsync)); // none of them ever pauses
            }
            while (!ends.IsCompleted);

            await Eventually.CompletesAsync(ends, "the end of the slow ones");
            Assert.That(await Eventually.CompletesAsync(told, "the end of who stopped in the middle"), Does.StartWith("HTTP/1.1 408 "));
        }
        finally
        {
            slow.ForEach(stream => stream.Dispose());
        }
    }

    private static async Task DripAsync(SslStream stream)
    {
        try
        {
            await stream.WriteAsync("a"u8.ToArray());
        }
        catch (IOException)
        {
            // It was ended: that is what is waited for.
        }
    }

    private static async Task<string> ReadToTheEndAsync(SslStream stream)
    {
        var (answer, bytes) = (new StringBuilder(), new byte[1024]);
        try
        {
            while (await stream.ReadAsync(bytes) is > 0 and var count)
            {
                answer.Append(Encoding.ASCII.GetString(bytes, 0, count));
            }
        }
        catch (IOException)
        {
            // What was written after the end is answered with a reset, which may come before the answer.
        }

        return answer.ToString();
    }

    private async Task<SslStream> OpenAsync()
    {
        var socket = new TcpClient { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, _daemon.Port);
        var stream = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false);
        using var authority = X509Certificate2.CreateFromPem(_daemon.AuthorityPem);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority }, RevocationMode = X509RevocationMode.NoCheck },
        });
        return stream;
    }
}
