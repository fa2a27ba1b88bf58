using System.Net;
using System.Net.Sockets;
using System.Text;
using Roost.Mqtt.Client;
using Roost.Mqtt.Client.Transport;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Client;

/// <summary>On the way to a server: its addresses, proxies, and who answers in its place.</summary>
public sealed class ReachTests
{
    private static readonly IPAddress s_v6a = IPAddress.Parse("2001:db8::1");
    private static readonly IPAddress s_v6b = IPAddress.Parse("2001:db8::2");
    private static readonly IPAddress s_v4a = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress s_v4b = IPAddress.Parse("192.0.2.2");

    [Test]
    public void Families_take_turns_beginning_with_the_resolvers_first() =>
        Assert.That(HappyEyeballs.TakeTurns([s_v6a, s_v6b, s_v4a, s_v4b]), Is.EqualTo(new[] { s_v6a, s_v4a, s_v6b, s_v4b }));

    [Test]
    public async Task An_address_that_swallows_everything_costs_a_head_start_and_no_more()
    {
        var clock = new ManualTimeProvider();
        var tried = new List<IPAddress>();
        var connecting = new HappyEyeballs(
            (address, cancelled) =>
            {
                tried.Add(address);
                return address.Equals(s_v6a) ? NeverAsync(cancelled) : Task.FromResult(new Socket(SocketType.Stream, ProtocolType.Tcp));
            },
            clock).ConnectAsync([s_v6a, s_v4a], CancellationToken.None);

        Assert.That(tried, Is.EqualTo(new[] { s_v6a }), "before the head start is over");
        clock.Advance(HappyEyeballs.HeadStart);
        using var socket = await Eventually.CompletesAsync(connecting, "the second address to win");

        Assert.That(tried, Is.EqualTo(new[] { s_v6a, s_v4a }));
    }

    [Test]
    public async Task An_address_that_refuses_gives_way_at_once()
    {
        var connecting = new HappyEyeballs(
            (address, _) => address.Equals(s_v6a)
                ? Task.FromException<Socket>(new SocketException((int)SocketError.NetworkUnreachable))
                : Task.FromResult(new Socket(SocketType.Stream, ProtocolType.Tcp)),
            new ManualTimeProvider()).ConnectAsync([s_v6a, s_v4a], CancellationToken.None);

        using var socket = await Eventually.CompletesAsync(connecting, "the second address, on a clock that stands still");
    }

    [Test]
    public async Task When_no_address_answers_each_is_named_with_its_reason()
    {
        var eyeballs = new HappyEyeballs(
            (address, _) => Task.FromException<Socket>(new SocketException((int)(address.Equals(s_v6a) ? SocketError.NetworkUnreachable : SocketError.ConnectionRefused))), new ManualTimeProvider());

        var exception = await Assert.ThrowsAsync<IOException>(() => eyeballs.ConnectAsync([s_v6a, s_v4a], CancellationToken.None));

        Assert.That(exception!.Message, Does.Contain("2001:db8::1: Network is unreachable").And.Contain("192.0.2.1: Connection refused"));
    }

    [Test]
    public async Task One_that_answers_too_late_is_closed_again()
    {
        var late = new TaskCompletionSource<Socket>();
        var clock = new ManualTimeProvider();
        var connecting = new HappyEyeballs(
            (address, _) => address.Equals(s_v6a) ? late.Task : Task.FromResult(new Socket(SocketType.Stream, ProtocolType.Tcp)), clock).ConnectAsync([s_v6a, s_v4a], CancellationToken.None);
        clock.Advance(HappyEyeballs.HeadStart);
        using var winner = await Eventually.CompletesAsync(connecting, "the second address to win");
        var loser = new Socket(SocketType.Stream, ProtocolType.Tcp);

        late.SetResult(loser);

        await Eventually.IsTrueAsync(() => loser.SafeHandle.IsClosed, "the late socket to be closed");
    }

    [TestCase(MqttProxyKind.HttpConnect)]
    [TestCase(MqttProxyKind.Socks5)]
    public async Task A_proxy_carries_the_connection_and_resolves_the_name(MqttProxyKind kind)
    {
        await using var proxy = new TestProxy();
        using var server = new ScriptedServer();
        await using var client = new MqttClient(Through(proxy, kind, "secret", "cloud.invalid", server.Port));

        using var connection = await server.ConnectAsync(client);

        Assert.That(client.State, Is.EqualTo(MqttConnectionState.Connected));
        Assert.That(proxy.Asked, Is.EqualTo($"cloud.invalid:{server.Port}"));
    }

    [TestCase(MqttProxyKind.HttpConnect, "407 Proxy Authentication Required", Description = "and what to do")]
    [TestCase(MqttProxyKind.Socks5, "does not take the user name and password")]
    public async Task A_proxy_that_refuses_us_is_named_and_the_password_is_not(MqttProxyKind kind, string words)
    {
        await using var proxy = new TestProxy();

        var reason = await RefusalOfAsync(Through(proxy, kind, "wr0ng-one", "cloud.invalid", 8883));

        Assert.That(reason, Does.Contain($"the proxy 127.0.0.1:{proxy.Port}").And.Contain(words).And.Contain("user name and password"));
        Assert.That(reason, Does.Not.Contain("wr0ng-one"));
    }

    [TestCase(MqttProxyKind.HttpConnect)]
    [TestCase(MqttProxyKind.Socks5)]
    public async Task A_proxy_that_is_none_is_told_apart(MqttProxyKind kind)
    {
        await using var liar = new OneAnswer("220 mail.example.com ESMTP\r\n\r\n");

        var reason = await RefusalOfAsync(new MqttClientOptions
        {
            Host = "cloud.invalid",
            Port = 8883,
            Proxy = new MqttProxyOptions { Kind = kind, Host = "127.0.0.1", Port = liar.Port },
        });

        Assert.That(reason, Does.Contain($"the proxy 127.0.0.1:{liar.Port}"));
    }

    [Test]
    public async Task A_captive_portal_is_recognized()
    {
        await using var portal = new OneAnswer("HTTP/1.1 302 Found\r\nLocation: http://login.hotel.example/\r\n\r\n");

        var reason = await RefusalOfAsync(new MqttClientOptions { Host = "127.0.0.1", Port = portal.Port });

        Assert.That(reason, Does.Contain("answers HTTP").And.Contain("captive portal"));
    }

    [Test]
    public async Task A_captive_portal_where_tls_is_expected_is_guessed_at()
    {
        await using var portal = new OneAnswer("HTTP/1.1 400 Bad Request\r\n\r\n");

        var reason = await RefusalOfAsync(new MqttClientOptions { Host = "127.0.0.1", Port = portal.Port, Tls = new System.Net.Security.SslClientAuthenticationOptions() });

        Assert.That(reason, Does.Contain("TLS failed").And.Contain("captive portal"));
    }

    [Test]
    public async Task A_name_that_nobody_knows_points_at_the_dns()
    {
        var reason = await RefusalOfAsync(new MqttClientOptions { Host = "cloud.invalid", ConnectTimeout = TimeSpan.FromSeconds(20) });

        Assert.That(reason, Does.Contain("cloud.invalid").And.Contain("/etc/resolv.conf"));
    }

    [Test]
    public async Task A_server_that_takes_the_connection_and_says_nothing_is_given_up()
    {
        using var server = new ScriptedServer();
        var clock = new ManualTimeProvider();
        await using var client = new MqttClient(new MqttClientOptions { Host = "127.0.0.1", Port = server.Port, ConnectTimeout = TimeSpan.FromSeconds(15) }, clock);
        var connecting = client.ConnectAsync();
        using var silent = await server.AcceptSilentlyAsync();
        await silent.ReadPacketAsync("CONNECT");

        clock.Advance(TimeSpan.FromSeconds(15));

        var exception = await Assert.ThrowsAsync<MqttConnectionException>(() => connecting);
        Assert.That(exception!.Message, Does.Contain("no CONNACK within 15 s"));
    }

    [Test]
    public async Task A_peer_that_acknowledges_nothing_is_given_up_by_the_system_itself()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        using var socket = await TcpDialer.ConnectAsync("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, TimeSpan.FromSeconds(30), TimeProvider.System, CancellationToken.None);

        var option = new byte[4];
        Assert.That(socket.GetRawSocketOption(optionLevel: 6, optionName: 18, option), Is.EqualTo(4)); // TCP_USER_TIMEOUT
        Assert.That(BitConverter.ToInt32(option), Is.EqualTo(30_000));
    }

    [Test]
    public async Task A_probe_says_nothing_of_mqtt()
    {
        using var server = new ScriptedServer();
        var probing = MqttClient.ProbeAsync(new MqttClientOptions { Host = "127.0.0.1", Port = server.Port });
        using var connection = await server.AcceptSilentlyAsync();

        await probing.WaitAsync(Eventually.Limit);
        await connection.ExpectCloseAsync(); // and nothing before
    }

    private static MqttClientOptions Through(TestProxy proxy, MqttProxyKind kind, string password, string host, int port) => new()
    {
        Host = host,
        Port = port,
        Proxy = new MqttProxyOptions { Kind = kind, Host = "127.0.0.1", Port = proxy.Port, UserName = "site", Password = password },
        Reconnect = false,
    };

    private static async Task<string> RefusalOfAsync(MqttClientOptions options)
    {
        await using var client = new MqttClient(options);
        return (await Assert.ThrowsAsync<MqttConnectionException>(() => client.ConnectAsync()))!.Message;
    }

    private static async Task<Socket> NeverAsync(CancellationToken cancelled)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancelled);
        throw new InvalidOperationException("unreachable");
    }

    /// <summary>Answers whoever speaks first with the same words.</summary>
    private sealed class OneAnswer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _serving;

        public OneAnswer(string answer)
        {
            _listener.Start();
            _serving = ServeAsync(answer);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public async ValueTask DisposeAsync()
        {
            _listener.Dispose();
            await _serving;
        }

        private async Task ServeAsync(string answer)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                var stream = client.GetStream();
                var heard = new byte[1024];
                _ = await stream.ReadAsync(heard);
                await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
                while (await stream.ReadAsync(heard) > 0)
                {
                }
            }
            catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
            {
                // the client has gone, or the test is over
            }
        }
    }
}
