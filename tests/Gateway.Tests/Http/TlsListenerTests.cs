using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Http;

/// <summary>What the HTTPS listener takes of TLS, and of requests that want to be two.</summary>
public sealed class TlsListenerTests
{
    private const string Host = "Host: localhost\r\n";

    private TemporaryFolder _folder = null!;
    private SecureDaemon _daemon = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        _daemon = await SecureDaemon.StartAsync(_folder, "  max-connections-per-address: 40");
        await File.WriteAllTextAsync(_folder["ca.crt"], _daemon.AuthorityPem);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase("-tls1_3", true)]
    [TestCase("-tls1_2", true)]
    [TestCase("-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256", true)]
    [TestCase("-tls1_1 -cipher ALL@SECLEVEL=0", false)]
    [TestCase("-tls1 -cipher ALL@SECLEVEL=0", false)]
    [TestCase("-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256", false, Description = "no authenticated encryption")]
    [TestCase("-tls1_2 -cipher AES128-GCM-SHA256", false, Description = "no forward secrecy")]
    public async Task Only_good_versions_and_suites_are_spoken(string options, bool expected)
    {
        var (code, output) = await Shell.RunAsync(
            "sh", "-c", $"openssl s_client -connect localhost:{_daemon.Port} -CAfile '{_folder["ca.crt"]}' -verify_return_error -verify_hostname localhost {options} < /dev/null 2>&1");

        Assert.That(code == 0, Is.EqualTo(expected), output);
    }

    [Test]
    public async Task A_renegotiation_ends_the_connection()
    {
        await using var client = RunningProcess.Start("openssl", "s_client", "-connect", $"localhost:{_daemon.Port}", "-tls1_2", "-legacy_renegotiation");
        await client.WaitForOutputAsync(line => line.Contains("Verify return code", StringComparison.Ordinal), "the handshake");

        client.WriteLine("R");

        Assert.That(await client.WaitForExitAsync(), Is.Not.Zero, "the server did not go on");
    }

    [TestCase(new string[0], "")]
    [TestCase(new[] { "http/1.1" }, "http/1.1")]
    [TestCase(new[] { "h2", "http/1.1" }, "http/1.1")]
    [TestCase(new[] { "x-amzn-http-ca" }, "x-amzn-http-ca")]
    public async Task Clients_with_and_without_a_protocol_of_their_own_are_served(string[] offered, string chosen)
    {
        await using var connection = await OpenAsync(offered);

        Assert.That(Encoding.ASCII.GetString(connection.NegotiatedApplicationProtocol.Protocol.Span), Is.EqualTo(chosen));
        Assert.That(await AskAsync(connection, $"GET /healthz HTTP/1.1\r\n{Host}Connection: close\r\n\r\n"), Does.StartWith("HTTP/1.1 200 "));
    }

    [TestCase("mqtt")]
    [TestCase("ftp")]
    public void A_client_that_wants_another_protocol_is_refused(string offered) =>
        Assert.That(async () => await OpenAsync([offered]), Throws.InstanceOf<AuthenticationException>().Or.InstanceOf<IOException>());

    [TestCase("POST /topics/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", TestName = "a length beside chunks")]
    [TestCase("POST /topics/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", TestName = "two lengths")]
    [TestCase("POST /topics/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked, identity\r\n\r\nhello", TestName = "chunks that are not last")]
    [TestCase("POST /topics/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", TestName = "a blank before the colon")]
    [TestCase("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: a\r\n b\r\n\r\n", TestName = "a folded header")]
    [TestCase("GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", TestName = "two hosts")]
    [TestCase("GET /healthz HTTP/1.1\r\n\r\n", TestName = "no host")]
    [TestCase("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: a\0b\r\n\r\n", TestName = "a zero byte in a header")]
    [TestCase("GET http://localhost/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", TestName = "a target with a host")]
    [TestCase("GET /../healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", TestName = "a step up")]
    [TestCase("GET /things/%2e%2e/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", TestName = "an escaped step up")]
    [TestCase("GET /healthz HTTP/1.1\r\nHost: localhost\rX-A: b\r\n\r\n", TestName = "a bare CR")]
    public async Task A_request_that_could_be_two_is_refused_and_nothing_behind_it_is_served(string request)
    {
        await using var connection = await OpenAsync([]);

        var answer = await AskAsync(connection, request);

        Assert.That(answer, Does.StartWith("HTTP/1.1 400 "));
        Assert.That(answer.Split("HTTP/1.1 ").Length - 1, Is.EqualTo(1), answer);
    }

    [Test]
    public async Task Headers_without_end_are_refused()
    {
        await using var connection = await OpenAsync([]);

        Assert.That(await AskAsync(connection, $"GET /healthz HTTP/1.1\r\n{Host}X-A: {new string('a', 40_000)}\r\n\r\n"), Does.StartWith("HTTP/1.1 431 "));
    }

    [TestCase(2, true, Description = "a bad certificate, of which the answer says so")]
    [TestCase(30, false, Description = "more than any chain has")]
    [TestCase(400, false, Description = "more than OpenSSL takes")]
    public async Task A_chain_without_end_is_not_looked_at(int links, bool expected)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var chain = new StringBuilder();
        for (var i = 0; i < links; i++)
        {
            using var link = new CertificateRequest($"CN=link {i}, O={new string('x', 60)}", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
            chain.Append(link.ExportCertificatePem()).Append('\n');
        }

        await File.WriteAllTextAsync(_folder["chain.pem"], chain.ToString());
        await File.WriteAllTextAsync(_folder["link.key"], key.ExportPkcs8PrivateKeyPem());

        var (_, output) = await Shell.RunAsync(
            "sh", "-c",
            $"printf 'GET /healthz HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' | openssl s_client -connect localhost:{_daemon.Port} -quiet -ign_eof -cert '{_folder["chain.pem"]}' -key '{_folder["link.key"]}' -cert_chain '{_folder["chain.pem"]}' 2>&1");

        Assert.That(output, expected ? Does.Contain("HTTP/1.1 403 ") : Does.Not.Contain("HTTP/1.1"));
    }

    [TestCase("evil.example", 403)]
    [TestCase("localhost", 200)]
    [TestCase("127.0.0.1", 200)]
    public async Task A_host_has_to_be_ours(string host, int status)
    {
        await using var connection = await OpenAsync([]);

        Assert.That(await AskAsync(connection, $"GET /healthz HTTP/1.1\r\nHost: {host}:{_daemon.Port}\r\nConnection: close\r\n\r\n"), Does.StartWith($"HTTP/1.1 {status} "));
    }

    [Test]
    public async Task One_address_does_not_take_all_connections()
    {
        var (sockets, refused) = (new List<TcpClient>(), 0);
        try
        {
            for (var i = 0; i < 60; i++)
            {
                var socket = new TcpClient();
                sockets.Add(socket);
                try
                {
                    await socket.ConnectAsync(IPAddress.Loopback, _daemon.Port);
                }
                catch (SocketException)
                {
                    refused++; // closed before we saw it open
                    sockets.Remove(socket);
                    socket.Dispose();
                }
            }

            // Those above the limit are closed without a word; the others wait for a handshake.
            await Eventually.IsTrueAsync(() => refused + sockets.Count(IsClosed) >= 20, "the closing of those above the limit");
            Assert.That(sockets.Count(socket => !IsClosed(socket)), Is.LessThanOrEqualTo(40));
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }

        await Eventually.IsTrueAsync(HasRoomAsync, "room again");
    }

    private async Task<bool> HasRoomAsync()
    {
        try
        {
            await using var connection = await OpenAsync([]);
            return true;
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException or SocketException)
        {
            return false;
        }
    }

    private static bool IsClosed(TcpClient socket)
    {
        try
        {
            return socket.Client.Poll(0, SelectMode.SelectRead) && socket.Client.Receive(new byte[1], SocketFlags.Peek) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private async Task<SslStream> OpenAsync(string[] protocols)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _daemon.Port);
        var stream = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false);
        using var authority = X509Certificate2.CreateFromPem(_daemon.AuthorityPem);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ApplicationProtocols = protocols.Length == 0 ? null : [.. protocols.Select(name => new SslApplicationProtocol(name))],
            CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority }, RevocationMode = X509RevocationMode.NoCheck },
        });
        return stream;
    }

    /// <returns>Everything that comes until the server closes, or pauses after an answer to a request that it has to close after.</returns>
    private static async Task<string> AskAsync(SslStream stream, string request)
    {
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        var answer = new StringBuilder();
        var bytes = new byte[8192];
        while (await stream.ReadAsync(bytes).AsTask().WaitAsync(Eventually.Limit) is > 0 and var count)
        {
            answer.Append(Encoding.Latin1.GetString(bytes, 0, count));
            if (answer.ToString().Contains("\n0\r\n\r\n", StringComparison.Ordinal) && !request.Contains("Connection: close", StringComparison.Ordinal) && !answer.ToString().Contains("Connection: close", StringComparison.Ordinal))
            {
                break; // an answer of ours, after which the connection stays
            }
        }

        return answer.ToString();
    }
}
