using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Roost.Mqtt.Client;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Client;

/// <summary>TLS, WebSocket and unix socket, against a real mosquitto.</summary>
[TestFixture(MqttProtocolVersion.V311)]
[TestFixture(MqttProtocolVersion.V500)]
public sealed class TransportTests(MqttProtocolVersion version)
{
    private TemporaryFolder _folder = null!;
    private TestAuthority _authority = null!;
    private TestAuthority _stranger = null!;
    private Mosquitto _broker = null!;
    private int _strictPort;
    private int _webSocketPort;
    private int _secureWebSocketPort;
    private int _expiredPort;
    private int _futurePort;

    [OneTimeSetUp]
    public async Task StartBroker()
    {
        _folder = new TemporaryFolder();
        _authority = new TestAuthority(_folder.Path, "our-authority");
        _stranger = new TestAuthority(_folder.Path, "a-stranger");
        var (certificate, key) = _authority.Issue("server", ["localhost"]);
        var (expired, expiredKey) = _authority.Issue("expired", ["localhost"], expired: true);
        var (future, futureKey) = _authority.Issue("future", ["localhost"], notYet: true);
        _futurePort = FreePort.Next();
        (_strictPort, _webSocketPort, _secureWebSocketPort, _expiredPort) = (FreePort.Next(), FreePort.Next(), FreePort.Next(), FreePort.Next());
        _broker = await Mosquitto.StartAsync(
            $"certfile {certificate}",
            $"keyfile {key}",
            $"listener {_strictPort} 127.0.0.1",
            $"certfile {certificate}",
            $"keyfile {key}",
            $"cafile {_authority.CertificateFile}",
            "require_certificate true",
            $"listener {_expiredPort} 127.0.0.1",
            $"certfile {expired}",
            $"keyfile {expiredKey}",
            $"listener {_futurePort} 127.0.0.1",
            $"certfile {future}",
            $"keyfile {futureKey}",
            $"listener {_webSocketPort} lo",
            "protocol websockets",
            $"listener {_secureWebSocketPort} lo",
            "protocol websockets",
            $"certfile {certificate}",
            $"keyfile {key}",
            $"listener 0 {_folder["mqtt.sock"]}");
        await Eventually.IsTrueAsync(UnixSocketAcceptsAsync, "mosquitto to listen on the unix socket, the last of its listeners");
    }

    [OneTimeTearDown]
    public async Task StopBroker()
    {
        await _broker.DisposeAsync();
        _authority.Dispose();
        _stranger.Dispose();
        _folder.Dispose();
    }

    [Test]
    public Task Tls_carries_messages() => ExchangeAsync(Options(_broker.Port, Tls()));

    [Test]
    public Task Tls_with_a_client_certificate_carries_messages() => ExchangeAsync(Options(_strictPort, Tls(client: _authority)));

    [Test]
    [Spec("MQTT-6.0.0-3")]
    public Task A_websocket_carries_messages() => ExchangeAsync(Options(_webSocketPort, webSocket: new MqttWebSocketOptions()));

    [Test]
    public Task A_websocket_with_tls_carries_messages() => ExchangeAsync(Options(_secureWebSocketPort, Tls(), new MqttWebSocketOptions()));

    [Test]
    public Task A_unix_socket_carries_messages() => ExchangeAsync(Options(1883, unixSocket: _folder["mqtt.sock"]));

    [Test]
    public async Task An_authority_that_we_do_not_trust_is_named()
    {
        var reason = await RefusalOfAsync(Options(_broker.Port, Tls(trusted: _stranger)));

        Assert.That(reason, Does.Contain($"localhost:{_broker.Port}: TLS failed").And.Contain("no authority that we trust").And.Contain("CN=our-authority").And.Contain("configure"));
    }

    [Test]
    public async Task A_certificate_for_another_name_tells_both_names()
    {
        var reason = await RefusalOfAsync(Options(_broker.Port, Tls(), host: "127.0.0.1"));

        Assert.That(reason, Does.Contain("it is for localhost, not for 127.0.0.1").And.Contain("connect by a name that it has"));
    }

    [Test]
    public async Task A_certificate_that_has_expired_tells_when()
    {
        var reason = await RefusalOfAsync(Options(_expiredPort, Tls()));

        Assert.That(reason, Does.Contain("it is valid from").And.Contain("UTC").And.Contain("renew it"));
    }

    [Test]
    public async Task A_certificate_that_is_not_valid_yet_points_at_the_clock()
    {
        var reason = await RefusalOfAsync(Options(_futurePort, Tls()));

        Assert.That(reason, Does.Contain("it is not valid before").And.Contain("this machine's clock says").And.Contain("the clock is probably wrong"));
    }

    [Test]
    public async Task A_client_certificate_that_is_missing_is_guessed_at()
    {
        var reason = await RefusalOfAsync(Options(_strictPort, Tls()));

        Assert.That(reason, Does.Contain("client certificate"));
    }

    [Test]
    public async Task A_client_certificate_of_a_stranger_is_guessed_at()
    {
        var reason = await RefusalOfAsync(Options(_strictPort, Tls(client: _stranger)));

        Assert.That(reason, Does.Contain("client certificate"));
    }

    [Test]
    public async Task A_port_without_tls_is_told_apart()
    {
        var reason = await RefusalOfAsync(Options(_webSocketPort, Tls()));

        Assert.That(reason, Does.Contain("TLS failed"));
    }

    [Test]
    public async Task A_server_without_a_websocket_is_told_apart()
    {
        var reason = await RefusalOfAsync(Options(_broker.Port, webSocket: new MqttWebSocketOptions { Path = "/mqtt?token=secret" }));

        Assert.That(reason, Does.Contain($"ws://localhost:{_broker.Port}/mqtt").And.Not.Contain("secret"));
    }

    [Test]
    public async Task A_websocket_whose_certificate_is_refused_says_so_like_any_other_transport()
    {
        var reason = await RefusalOfAsync(Options(_secureWebSocketPort, Tls(trusted: _stranger), new MqttWebSocketOptions()));

        Assert.That(reason, Does.Contain("wss://").And.Contain("no authority that we trust"));
    }

    [Test]
    public async Task A_unix_socket_that_is_not_there_is_named()
    {
        var reason = await RefusalOfAsync(Options(1883, unixSocket: _folder["nobody.sock"]));

        Assert.That(reason, Does.Contain($"unix:{_folder["nobody.sock"]}"));
    }

    private static async Task<string> RefusalOfAsync(MqttClientOptions options)
    {
        await using var client = new MqttClient(options);
        return (await Assert.ThrowsAsync<MqttConnectionException>(() => client.ConnectAsync()))!.Message;
    }

    /// <summary>Both ways, more than one frame or TLS record of it, and an orderly goodbye that loses nothing.</summary>
    private static async Task ExchangeAsync(MqttClientOptions options)
    {
        const int Count = 50;
        var inbox = new Inbox();
        await using var client = new MqttClient(options) { MessageHandler = inbox.TakeAsync };
        await client.ConnectAsync();
        await client.SubscribeAsync(TopicFilter.Parse("t"), QualityOfService.ExactlyOnce);
        var large = new string('x', 100_000);

        await Task.WhenAll(Enumerable.Range(0, Count).Select(number => client.PublishAsync(SomeMessage.Of("t", $"{number}", QualityOfService.ExactlyOnce)).AsTask()))
            .WaitAsync(Eventually.Limit);
        await client.PublishAsync(SomeMessage.Of("t", large));

        for (var i = 0; i < Count; i++)
        {
            Assert.That(await inbox.NextTextAsync($"message {i}"), Is.EqualTo($"{i}"));
        }

        Assert.That(await inbox.NextTextAsync("the large message"), Is.EqualTo(large));
        await client.DisconnectAsync();
        Assert.That(client.State, Is.EqualTo(MqttConnectionState.Closed));
    }

    private async Task<bool> UnixSocketAcceptsAsync()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_folder["mqtt.sock"]));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private SslClientAuthenticationOptions Tls(TestAuthority? trusted = null, TestAuthority? client = null)
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile((trusted ?? _authority).CertificateFile);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(roots);
        var options = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        if (client is not null)
        {
            var (certificate, key) = client.Issue("client-of-" + (client == _authority ? "ours" : "strangers"));
            options.ClientCertificateContext = SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(certificate, key), null, offline: true);
        }

        return options;
    }

    private MqttClientOptions Options(
        int port, SslClientAuthenticationOptions? tls = null, MqttWebSocketOptions? webSocket = null, string? unixSocket = null, string host = "localhost") => new()
    {
        Host = host,
        Port = port,
        Tls = tls,
        WebSocket = webSocket,
        UnixSocketPath = unixSocket,
        ProtocolVersion = version,
        ClientIdentifier = "c",
        ConnectTimeout = TimeSpan.FromSeconds(5),
        Reconnect = false,
    };
}
