using System.Diagnostics;
using System.Net.Security;
using System.Runtime.InteropServices;
using System.Security.Authentication;
using System.Text;
using Roost.Mqtt.Tests.Broker;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Transport;

public sealed class TlsTests
{
    private const string PlainHello = "160301002D" + "01000029" + "0303" + "0000000000000000000000000000000000000000000000000000000000000000" + "00" + "0002C02B" + "0100";
    private static readonly string s_connect = RawClient.Connect("c");

    private readonly ManualTimeProvider _clock = new();
    private TestCertificates _certificates = null!;

    [SetUp]
    public void SetUp() => _certificates = new TestCertificates();

    [TearDown]
    public void TearDown() => _certificates.Dispose();

    [TestCase(SslProtocols.Tls12)]
    [TestCase(SslProtocols.Tls13)]
    public async Task A_client_connects_by_either_version(SslProtocols version)
    {
        await using var broker = await StartAsync();
        await using var client = await StreamClient.OpenTlsAsync(broker.Port, _certificates.Authority, version);

        await client.SendAsync(s_connect);

        await client.ExpectAsync(StreamClient.ConnAck);
        Assert.That(((SslStream)client.Stream).SslProtocol, Is.EqualTo(version));
        Assert.That(broker.Open[0].ToString(), Is.EqualTo($"mqtts 127.0.0.1:{broker.Port}"));
    }

    [Test]
    public async Task A_client_of_TLS_1_2_is_refused_where_1_3_is_the_least()
    {
        await using var broker = await StartAsync(tls => tls.MinVersion = "1.3");

        Assert.That(() => StreamClient.OpenTlsAsync(broker.Port, _certificates.Authority, SslProtocols.Tls12), Throws.InstanceOf<AuthenticationException>().Or.InstanceOf<IOException>());
        await broker.Log.ShowsAsync("the TLS handshake failed: unsupported protocol");
    }

    [Test]
    public async Task A_client_of_TLS_1_1_is_told_that_its_version_is_too_old()
    {
        await using var broker = await StartAsync();
        await using var client = await StreamClient.OpenAsync(broker.Port);

        await client.SendAsync(PlainHello.Replace("290303", "290302", StringComparison.Ordinal));

        var alert = await client.ReceiveAsync(7);
        Assert.That((alert[0], alert[5], alert[6]), Is.EqualTo(((byte)0x15, (byte)2, (byte)70)), "a fatal alert, protocol_version");
    }

    [Test]
    public async Task Every_byte_may_come_in_a_record_of_its_own()
    {
        await using var broker = await StartAsync();
        await using var client = await StreamClient.OpenTlsAsync(broker.Port, _certificates.Authority);
        var bytes = Convert.FromHexString(s_connect + RawClient.Subscribe("a", 1) + RawClient.Publish("a", "hello", 1, 7) + "C000");

        foreach (var one in bytes)
        {
            await client.SendAsync([one]);
        }

        await client.ExpectAsync(StreamClient.ConnAck + "9003000101");
        var rest = Convert.ToHexString(await client.ReceiveAsync(4 + 12 + 2));
        Assert.That(rest, Does.Contain("40020007").And.Contain("0161000168656C6C6F").And.EndWith("D000"));
    }

    [Test]
    public async Task Large_packets_pass_both_ways_while_the_reader_is_slow()
    {
        await using var broker = await StartAsync();
        await using var client = await StreamClient.OpenTlsAsync(broker.Port, _certificates.Authority);
        await client.SendAsync(s_connect + RawClient.Subscribe("a", 0));
        await client.ExpectAsync(StreamClient.ConnAck + "9003000100");
        var packet = RawClient.Publish("a", new string('x', 200_000));

        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
            {
                await client.SendAsync(packet);
            }
        });
        var received = await client.ReceiveAsync(packet.Length / 2);
        await sending;

        Assert.That(Convert.ToHexString(received), Is.EqualTo(packet));
    }

    [Test]
    public async Task A_burst_in_one_write_is_answered_whole()
    {
        await using var broker = await StartAsync();
        await using var client = await StreamClient.OpenTlsAsync(broker.Port, _certificates.Authority);
        var burst = new StringBuilder(s_connect);
        for (var i = 1; i <= 20_000; i++)
        {
            burst.Append(RawClient.Publish("nobody/reads/this/topic", "payload", 1, (ushort)i));
        }

        await client.SendAsync(burst.ToString());

        await client.ExpectAsync(StreamClient.ConnAck);
        var last = (await client.ReceiveAsync(20_000 * 4))[^4..];
        Assert.That(Convert.ToHexString(last), Is.EqualTo("40024E20"));
    }

    [Test]
    public async Task Mosquittos_clients_connect_with_the_CA_file()
    {
        await using var broker = await StartAsync();
        var arguments = $"-h localhost -p {broker.Port} --cafile {_certificates.AuthorityFile} -t a -q 1";
        using var subscriber = Process.Start(new ProcessStartInfo("mosquitto_sub", $"{arguments} -C 1 -W 15") { RedirectStandardOutput = true, UseShellExecute = false })!;
        await Eventually.IsTrueAsync(async () => (await broker.Broker.GetStatisticsAsync()).Subscriptions == 1, "the subscription");

        using var publisher = Process.Start("mosquitto_pub", $"{arguments} -m over-tls");
        await publisher.WaitForExitAsync().WaitAsync(Eventually.Limit);

        Assert.That((await subscriber.StandardOutput.ReadToEndAsync().WaitAsync(Eventually.Limit)).Trim(), Is.EqualTo("over-tls"));
    }

    [Test]
    public async Task A_client_certificate_of_our_CA_is_known_on_the_connection()
    {
        await using var broker = await StartAsync(tls => (tls.ClientCa, tls.RequireClientCertificate) = (_certificates.AuthorityFile, true));
        using var certificate = _certificates.IssueForClient("robot 17");
        await using var client = await StreamClient.OpenTlsAsync(broker.Port, _certificates.Authority, certificate: certificate);
        await client.SendAsync(s_connect);
        await client.ExpectAsync(StreamClient.ConnAck);

        var subject = await broker.Broker.InspectAsync(static core => core.Connections.Single().PeerCertificate?.Subject);

        Assert.That(subject, Is.EqualTo("CN=robot 17"));
    }

    [TestCase(SslProtocols.Tls12)]
    [TestCase(SslProtocols.Tls13)]
    public async Task A_client_that_resumes_is_still_known_by_its_certificate(SslProtocols version)
    {
        await using var broker = await StartAsync(tls => (tls.ClientCa, tls.RequireClientCertificate) = (_certificates.AuthorityFile, true));
        using var certificate = _certificates.IssueForClient("robot 17");
        for (var i = 0; i < 3; i++)
        {
            await using var client = await StreamClient.OpenTlsAsync(broker.Port, _certificates.Authority, version, certificate);
            await client.SendAsync(s_connect);
            await client.ExpectAsync(StreamClient.ConnAck);
            Assert.That(await broker.Broker.InspectAsync(static core => core.Connections.Single(one => one.HasConnected && !one.IsClosed).PeerCertificate?.Subject), Is.EqualTo("CN=robot 17"));
            await client.SendAsync("E000");
        }
    }

    [Test]
    public async Task A_client_without_certificate_is_refused_where_one_is_required()
    {
        await using var broker = await StartAsync(tls => (tls.ClientCa, tls.RequireClientCertificate) = (_certificates.AuthorityFile, true));

        Assert.That(() => ConnectAsync(broker, null), Throws.InstanceOf<Exception>());
        await broker.Log.ShowsAsync("the TLS handshake failed: peer did not return a certificate");
    }

    [Test]
    public async Task A_client_certificate_of_another_CA_is_refused_even_where_none_is_required()
    {
        await using var broker = await StartAsync(tls => tls.ClientCa = _certificates.AuthorityFile);
        using var others = new TestCertificates("another CA");
        using var certificate = others.IssueForClient("stranger");

        Assert.That(() => ConnectAsync(broker, certificate), Throws.InstanceOf<Exception>());
        await broker.Log.ShowsAsync("the client's certificate: ");
        await using var without = await StreamClient.OpenTlsAsync(broker.Port, _certificates.Authority);
        await without.SendAsync(s_connect);
        await without.ExpectAsync(StreamClient.ConnAck);
    }

    [Test]
    public async Task A_renewed_certificate_holds_for_new_connections_and_leaves_the_old_ones()
    {
        await using var broker = await StartAsync();
        await using var old = await StreamClient.OpenTlsAsync(broker.Port, _certificates.Authority);
        await old.SendAsync(s_connect);
        await old.ExpectAsync(StreamClient.ConnAck);
        var before = ((SslStream)old.Stream).RemoteCertificate!.GetSerialNumberString();

        _certificates.WriteServer("localhost");
        _clock.Advance(TimeSpan.FromSeconds(3));

        await using var renewed = await StreamClient.OpenTlsAsync(broker.Port, _certificates.Authority);
        Assert.That(((SslStream)renewed.Stream).RemoteCertificate!.GetSerialNumberString(), Is.Not.EqualTo(before));
        await old.SendAsync("C000");
        await old.ExpectAsync("D000");
    }

    [Test]
    public async Task A_new_key_that_does_not_match_keeps_the_old_pair_and_warns()
    {
        await using var broker = await StartAsync();

        _certificates.WriteForeignKey();
        _clock.Advance(TimeSpan.FromSeconds(3));

        await using var client = await StreamClient.OpenTlsAsync(broker.Port, _certificates.Authority);
        await client.SendAsync(s_connect);
        await client.ExpectAsync(StreamClient.ConnAck);
        await broker.Log.ShowsAsync("still get the former certificate");
        await broker.Log.ShowsAsync(": tls.key is ");

        _certificates.WriteServer("localhost");
        _clock.Advance(TimeSpan.FromSeconds(3));
        await using var next = await StreamClient.OpenTlsAsync(broker.Port, _certificates.Authority);
        await broker.Log.ShowsAsync("New connections get the certificate ");
    }

    [Test]
    public async Task A_load_that_failed_is_tried_again_also_when_the_files_look_the_same()
    {
        await using var broker = await StartAsync();
        var (former, changed) = (await File.ReadAllBytesAsync(_certificates.KeyFile), TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(1));
        _certificates.WriteServer("localhost");
        var key = await File.ReadAllBytesAsync(_certificates.KeyFile);
        Assert.That(key, Has.Length.EqualTo(former.Length), "nothing but their bytes tells them apart");
        await WriteKeyAsync(former);
        await using var kept = await OpenAsync();

        await WriteKeyAsync(key);
        await using var renewed = await OpenAsync();

        Assert.That(((SslStream)renewed.Stream).RemoteCertificate!.GetSerialNumberString(), Is.Not.EqualTo(((SslStream)kept.Stream).RemoteCertificate!.GetSerialNumberString()));

        async Task WriteKeyAsync(byte[] bytes)
        {
            await File.WriteAllBytesAsync(_certificates.KeyFile, bytes);
            File.SetLastWriteTimeUtc(_certificates.KeyFile, changed);
            _clock.Advance(TimeSpan.FromSeconds(3));
        }

        Task<StreamClient> OpenAsync() => StreamClient.OpenTlsAsync(broker.Port, _certificates.Authority);
    }

    [Test]
    public async Task An_encrypted_key_is_opened_by_its_password_file()
    {
        _certificates.WriteServer("localhost", password: "s3cret");
        await using var broker = await StartAsync(tls => tls.KeyPasswordFile = _certificates.PasswordFile);

        await using var client = await StreamClient.OpenTlsAsync(broker.Port, _certificates.Authority);
        await client.SendAsync(s_connect);
        await client.ExpectAsync(StreamClient.ConnAck);
    }

    [TestCase(-10, -5)]
    [TestCase(5, 10)]
    public async Task A_certificate_out_of_its_time_is_served_with_a_warning(int fromDays, int toDays)
    {
        _certificates.WriteServer("localhost", fromDays, toDays);
        await using var broker = await TestBroker.StartAsync(options => options.Listeners[0].Tls = _certificates.Options);

        await broker.Log.ShowsAsync("Renew it, or set the clock");
    }

    [Test]
    public void Files_that_cannot_be_used_are_faults_with_their_key_and_a_remedy()
    {
        _certificates.WriteForeignKey();
        var mismatch = FaultOf(_certificates.Options);
        _certificates.WriteServer("localhost", password: "s3cret");
        var encrypted = FaultOf(_certificates.Options);
        File.WriteAllText(_certificates.CertificateFile, "not PEM");
        var missing = _certificates.Options;
        missing.Key = "/nowhere/server.key";
        missing.RequireClientCertificate = true;
        var others = FaultOf(missing);

        Assert.That(mismatch, Does.Contain("Mqtt:Listeners:0:Tls:Key is ").And.Contain("key values mismatch").And.Contain("; name the key"));
        Assert.That(encrypted, Does.Contain("Mqtt:Listeners:0:Tls:Key is ").And.Contain("key-password-file"));
        Assert.That(others, Does.Contain("holds no certificate in PEM").And.Contain("Key is /nowhere/server.key, which does not exist").And.Contain("set client-ca"));
    }

    [Test]
    public async Task MQTT_without_TLS_is_closed_with_an_explanation()
    {
        await using var broker = await StartAsync();
        await using var client = await StreamClient.OpenAsync(broker.Port);

        await client.SendAsync(s_connect);

        await client.ExpectCloseAsync();
        await broker.Log.ShowsAsync("it speaks MQTT without TLS to a TLS listener");
    }

    [Test]
    public async Task TLS_to_a_plain_listener_is_closed_with_an_explanation()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var client = await StreamClient.OpenAsync(broker.Port);

        await client.SendAsync(PlainHello);

        await client.ExpectCloseAsync();
        await broker.Log.ShowsAsync("it is a TLS client on a listener without TLS");
    }

    [Test]
    public async Task HTTP_to_a_plain_listener_is_closed_with_an_explanation()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var client = await StreamClient.OpenAsync(broker.Port);

        await client.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());

        await client.ExpectCloseAsync();
        await broker.Log.ShowsAsync("it is an HTTP or WebSocket client");
    }

    [Test]
    public async Task A_handshake_that_stops_half_way_is_closed_by_the_connect_timeout()
    {
        await using var broker = await StartAsync();
        await using var client = await StreamClient.OpenAsync(broker.Port);
        await client.SendAsync(PlainHello[..60]);
        await Eventually.IsTrueAsync(async () => await broker.Broker.InspectAsync(static core => core.Connections.Count) == 1, "the connection");

        _clock.Advance(TimeSpan.FromSeconds(11));
        await broker.Broker.TurnAsync();

        await client.ExpectCloseAsync();
    }

    [Test]
    public async Task A_handshake_without_CONNECT_is_closed_by_the_same_connect_timeout()
    {
        await using var broker = await StartAsync();
        await using var client = await StreamClient.OpenTlsAsync(broker.Port, _certificates.Authority);

        _clock.Advance(TimeSpan.FromSeconds(11));
        await broker.Broker.TurnAsync();

        await client.ExpectCloseAsync();
        Assert.That(await broker.Broker.InspectAsync(static core => core.Connections.Count), Is.Zero);
    }

    [Test]
    public async Task Peers_that_vanish_in_the_middle_of_handshakes_leave_nothing()
    {
        await using var broker = await StartAsync();
        await Parallel.ForEachAsync(Enumerable.Range(0, 100), new ParallelOptions { MaxDegreeOfParallelism = 20 }, async (number, _) =>
        {
            await using var client = await StreamClient.OpenAsync(broker.Port);
            await client.SendAsync(Convert.FromHexString(PlainHello)[..(1 + (number % 48))]);
        });

        await Eventually.IsTrueAsync(async () => await broker.Broker.InspectAsync(static core => core.Connections.Count) == 0, "the broker to forget them");
        await using var good = await StreamClient.OpenTlsAsync(broker.Port, _certificates.Authority);
        await good.SendAsync(s_connect);
        await good.ExpectAsync(StreamClient.ConnAck);
    }

    [Test]
    public async Task A_client_that_changes_keys_without_end_is_closed_with_an_explanation()
    {
        await using var broker = await StartAsync();
        var start = new ProcessStartInfo("openssl", ["s_client", "-tls1_3", "-connect", $"127.0.0.1:{broker.Port}"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var client = Process.Start(start)!;
        _ = client.StandardOutput.ReadToEndAsync();
        var sent = 0;
        while (sent < 100 && await client.StandardError.ReadLineAsync() is { } line)
        {
            if (sent == 0 ? line.StartsWith("verify", StringComparison.Ordinal) : line.StartsWith("KEYUPDATE", StringComparison.Ordinal))
            {
                sent++;
                try
                {
                    await client.StandardInput.WriteLineAsync("K"); // s_client's command for a KeyUpdate that asks for another
                    await client.StandardInput.FlushAsync();
                }
                catch (IOException)
                {
                    break; // closed already: it does not read any more
                }
            }
        }

        await broker.Log.ShowsAsync("it changes its TLS keys without end");
        client.Kill();
        Assert.That(sent, Is.GreaterThan(16));
    }

    [Test]
    public async Task A_complaint_of_OpenSSL_that_somebody_else_left_on_the_loops_thread_ends_no_connection()
    {
        await using var broker = await StartAsync();
        await using var client = await StreamClient.OpenTlsAsync(broker.Port, _certificates.Authority);
        await client.SendAsync(s_connect);
        await client.ExpectAsync(StreamClient.ConnAck);
        for (var i = 0; i < 3; i++)
        {
            await broker.Broker.InspectAsync(static _ => BIO_new_file("/there is no such file", "r"));
            await client.SendAsync("C000");
            await client.ExpectAsync("D000");
        }
    }

    [DllImport("libcrypto.so.3")]
    private static extern nint BIO_new_file([MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string mode);

    private async Task<TestBroker> StartAsync(Action<MqttTlsOptions>? configure = null)
    {
        var tls = _certificates.Options;
        configure?.Invoke(tls);
        return await TestBroker.StartAsync(options => options.Listeners[0].Tls = tls, _clock);
    }

    /// <summary>In TLS 1.3 a client learns only after its handshake that its certificate was refused.</summary>
    private async Task ConnectAsync(TestBroker broker, System.Security.Cryptography.X509Certificates.X509Certificate2? certificate)
    {
        await using var client = await StreamClient.OpenTlsAsync(broker.Port, _certificates.Authority, certificate: certificate);
        await client.SendAsync(s_connect);
        await client.ReceiveAsync(4);
    }

    private static string FaultOf(MqttTlsOptions tls) =>
        new MqttOptionsValidator().Validate(null, new MqttOptions { Listeners = [new MqttListenerOptions { Tls = tls }] }).FailureMessage ?? "";
}
