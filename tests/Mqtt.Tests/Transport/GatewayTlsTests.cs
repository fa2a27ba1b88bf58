using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Roost.Mqtt.Connections;
using Roost.Mqtt.Tests.Broker;
using Roost.Mqtt.Tests.Policies;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Transport;

/// <summary>A listener that names no files, but has the gateway's: which clients its handshake lets through.</summary>
public sealed class GatewayTlsTests
{
    private static readonly string s_connect = RawClient.Connect("c");

    private readonly TestAuthenticator _authenticator = new(static (_, _) => new(ClientAdmission.Admit("u")));
    private readonly TestObserver _observer = new();
    private ManualTimeProvider _clock = null!;
    private TestCertificates _certificates = null!;
    private TestTlsSource _source = null!;

    [SetUp]
    public void SetUp()
    {
        _clock = new ManualTimeProvider();
        _certificates = new TestCertificates();
        _source = new TestTlsSource(_certificates);
        _source.Trust(_certificates.Authority);
        _authenticator.Asked.Clear();
        _observer.Lines.Clear();
    }

    [TearDown]
    public void TearDown()
    {
        _source.Dispose();
        _certificates.Dispose();
    }

    [Test]
    public async Task A_listener_without_files_has_the_gateways_and_takes_clients_with_and_without_certificate()
    {
        await using var broker = await StartAsync();
        using var certificate = _certificates.IssueForClient("robot 17");

        await ConnectAsync(broker, null);
        await ConnectAsync(broker, Of(certificate));

        Assert.That(_authenticator.Asked.Select(static asked => asked.Certificate is not null), Is.EqualTo(new[] { true }), "who shows nothing is anonymous, on loopback");
    }

    [Test]
    public void The_gateways_files_need_not_be_there_when_the_configuration_is_checked()
    {
        File.Delete(_certificates.CertificateFile);
        File.Delete(_source.ClientAuthoritiesFile);

        Assert.That(FaultsOf(new MqttTlsOptions { RequireClientCertificate = true }, _source), Is.Null);
        Assert.That(FaultsOf(new MqttTlsOptions { RequireClientCertificate = true }, source: null), Does.Contain("RequireClientCertificate").And.Contain("Certificate is missing"));
        Assert.That(FaultsOf(new MqttTlsOptions { ClientCa = "/no such file" }, _source), Does.Contain("ClientCa is /no such file"));
        Assert.That(FaultsOf(new MqttTlsOptions { Certificate = "/no such file" }, _source), Does.Contain("Certificate is /no such file").And.Contain("Key is missing"));
        Assert.That(FaultsOf(new MqttTlsOptions { KeyPasswordFile = "/x" }, _source), Does.Contain("KeyPasswordFile is /x, but there is no key"));
    }

    [Test]
    public async Task A_single_certificate_is_trusted_for_itself_and_others_like_it_are_not()
    {
        using var single = SelfSigned("single");
        using var other = SelfSigned("single");
        _source.Trust(_certificates.Authority, single);
        await using var broker = await StartAsync();

        await RefusesAsync(broker, Of(other), "the client's certificate: ");
        await ConnectAsync(broker, Of(single));
    }

    [Test]
    public async Task A_single_certificate_signs_no_others()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var single = SelfSigned("single", key);
        using var childKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var child = new CertificateRequest("CN=child", childKey, HashAlgorithmName.SHA256)
            .Create(single.SubjectName, X509SignatureGenerator.CreateForECDsa(key), Now.AddDays(-1), Now.AddDays(9), [7]).CopyWithPrivateKey(childKey);
        _source.Trust(_certificates.Authority, single);
        await using var broker = await StartAsync();

        await RefusesAsync(broker, Of(child, single), "the client's certificate: ");
    }

    [Test]
    public async Task Authorities_that_are_added_hold_for_new_connections()
    {
        using var single = SelfSigned("single");
        await using var broker = await StartAsync();
        await RefusesAsync(broker, Of(single), "the client's certificate: ");

        _source.Trust(_certificates.Authority, single);
        _clock.Advance(TimeSpan.FromSeconds(3));

        await ConnectAsync(broker, Of(single));
    }

    [TestCase(-60, "certificate is not yet valid")]
    [TestCase(60, "certificate has expired")]
    public async Task The_gateways_time_judges_and_not_the_machines_clock(int days, string reason)
    {
        using var single = SelfSigned("single");
        _source.Trust(single);
        _source.TrustedNow = Now.AddDays(days);
        await using var broker = await StartAsync();

        await RefusesAsync(broker, Of(single), reason);
    }

    [Test]
    public async Task A_certificate_that_the_machines_clock_takes_for_expired_is_good_by_the_gateways_time()
    {
        using var single = SelfSigned("single", fromDays: -60, toDays: -30);
        _source.Trust(single);
        _source.TrustedNow = Now.AddDays(-40);
        await using var broker = await StartAsync();

        await ConnectAsync(broker, Of(single));
    }

    [Test]
    public async Task What_a_client_sends_beside_its_certificate_reaches_the_authenticator()
    {
        using var middle = Issue("middle", _certificates.Authority, isAuthority: true);
        using var certificate = Issue("robot", middle);
        var subjects = new List<string>(); // read at once: the certificates are gone with their connection
        var authenticator = new TestAuthenticator((credentials, _) =>
        {
            subjects.AddRange(credentials.Intermediates.Prepend(credentials.Certificate!).Select(static one => one.Subject));
            return new(ClientAdmission.Admit("u"));
        });
        await using var broker = await StartAsync(authenticator);

        await ConnectAsync(broker, Of(certificate, middle));

        Assert.That(subjects, Is.EqualTo(new[] { "CN=robot", "CN=middle" }));
    }

    [Test]
    public async Task A_chain_that_is_too_long_is_refused()
    {
        var chain = new List<X509Certificate2>();
        var above = _certificates.Authority;
        for (var i = 0; i < 6; i++)
        {
            chain.Insert(0, above = Issue($"middle {i}", above, isAuthority: true));
        }

        using var certificate = Issue("robot", above);
        await using var broker = await StartAsync();

        await RefusesAsync(broker, Of(certificate, [.. chain]), "the client's certificate: ");
        chain.ForEach(static one => one.Dispose());
    }

    [Test]
    public async Task Certificates_of_more_bytes_than_anybody_needs_are_refused_before_they_are_read()
    {
        using var middle = Issue("middle", _certificates.Authority, isAuthority: true, padding: 40_000);
        using var certificate = Issue("robot", middle);
        await using var broker = await StartAsync();

        await RefusesAsync(broker, Of(certificate, middle), "the TLS handshake failed: excessive message size");
    }

    [TestCase("rsa:1024", "-sha256", "certificate key too weak")]
    [TestCase("rsa:2048", "-sha1", "digest algorithm too weak")]
    public async Task A_weak_certificate_is_refused_though_a_trusted_authority_signed_it(string key, string hash, string reason)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["ca.crt"], _certificates.Authority.ExportCertificatePem());
        await File.WriteAllTextAsync(folder["ca.key"], _certificates.Authority.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await using var broker = await StartAsync();

        // Neither .NET nor this machine's own rules would make such certificates, or show them.
        await RunAsync(folder, $"openssl req -new -newkey {key} -nodes -keyout weak.key -subj /CN=weak -out weak.csr");
        await RunAsync(folder, $"openssl x509 -req -in weak.csr -CA ca.crt -CAkey ca.key -set_serial 9 {hash} -days 9 -out weak.crt");
        await RunAsync(folder, $"timeout 20 openssl s_client -connect 127.0.0.1:{broker.Port} -cert weak.crt -key weak.key -cipher DEFAULT@SECLEVEL=0 -ign_eof </dev/null || true");

        await broker.Log.ShowsAsync(reason);
        Assert.That(_authenticator.Asked, Is.Empty);
    }

    [TestCase("x-amzn-mqtt-ca")]
    [TestCase("mqtt")]
    public async Task The_application_protocols_of_MQTT_are_agreed_to(string protocol)
    {
        await using var broker = await StartAsync();
        await using var client = await StreamClient.OpenTlsAsync(broker.Port, _certificates.Authority, null, "h2", protocol);

        Assert.That(((SslStream)client.Stream).NegotiatedApplicationProtocol.ToString(), Is.EqualTo(protocol));
    }

    [Test]
    public async Task A_client_that_offers_other_application_protocols_gets_no_answer_to_that()
    {
        await using var broker = await StartAsync();
        await using var client = await StreamClient.OpenTlsAsync(broker.Port, _certificates.Authority, null, "h2", "something-very-else");

        Assert.That(((SslStream)client.Stream).NegotiatedApplicationProtocol.Protocol.IsEmpty, Is.True);
        await client.SendAsync(s_connect);
        await client.ExpectAsync(StreamClient.ConnAck);
    }

    [TestCase("0.0.0.0", null, 50)]
    [TestCase("0.0.0.0", 0, 0)]
    [TestCase("0.0.0.0", 7, 7)]
    [TestCase("127.0.0.1", null, 0)]
    public void Handshakes_of_one_address_are_limited_where_others_than_this_machine_reach_the_listener(string address, int? limit, int expected)
    {
        var options = new MqttListenerOptions { Address = address, Tls = new MqttTlsOptions(), Limits = new MqttListenerLimitsOptions { ConnectRatePerAddress = limit } };

        Assert.That(new Listener(options, new MqttLimitsOptions()).Limits.ConnectRatePerAddress, Is.EqualTo(expected));
    }

    [Test]
    public async Task Observers_are_told_of_a_handshake_that_failed()
    {
        using var other = SelfSigned("other");
        await using var broker = await StartAsync();

        await RefusesAsync(broker, Of(other), "the client's certificate: ");

        Assert.That(_observer.Lines, Has.One.StartsWith("handshake: the client's certificate: "));
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private Task<TestBroker> StartAsync(TestAuthenticator? authenticator = null) => TestBroker.StartAsync(
        static options => options.Listeners[0].Tls = new MqttTlsOptions(),
        _clock,
        services => services.AddSingleton<ITlsSource>(_source).AddSingleton<IClientAuthenticator>(authenticator ?? _authenticator).AddSingleton<IConnectionObserver>(_observer));

    private static SslStreamCertificateContext Of(X509Certificate2 certificate, params X509Certificate2[] others) => SslStreamCertificateContext.Create(certificate, [.. others], offline: true);

    private async Task ConnectAsync(TestBroker broker, SslStreamCertificateContext? certificate)
    {
        await using var client = await StreamClient.OpenTlsAsync(broker.Port, _certificates.Authority, certificate);
        await client.SendAsync(s_connect);
        await client.ExpectAsync(StreamClient.ConnAck);
    }

    /// <summary>In TLS 1.3 a client learns only after its handshake that its certificate was refused.</summary>
    private async Task RefusesAsync(TestBroker broker, SslStreamCertificateContext certificate, string reason)
    {
        Assert.That(() => ConnectAsync(broker, certificate), Throws.InstanceOf<Exception>());
        await broker.Log.ShowsAsync(reason);
        Assert.That(_authenticator.Asked, Is.Empty);
    }

    private static X509Certificate2 SelfSigned(string name, ECDsa? key = null, int fromDays = -1, int toDays = 20)
    {
        using var own = key is null ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : null;
        var request = new CertificateRequest($"CN={name}", key ?? own!, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true));
        return request.CreateSelfSigned(Now.AddDays(fromDays), Now.AddDays(toDays));
    }

    private static X509Certificate2 Issue(string name, X509Certificate2 by, bool isAuthority = false, int padding = 0)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, critical: true));
        if (padding > 0)
        {
            request.CertificateExtensions.Add(new X509Extension("1.3.6.1.4.1.99999.1", new byte[padding], critical: false));
        }

        using var certificate = request.Create(by.SubjectName, X509SignatureGenerator.CreateForECDsa(by.GetECDsaPrivateKey()!), Now.AddDays(-1), Now.AddDays(9), Guid.NewGuid().ToByteArray());
        return certificate.CopyWithPrivateKey(key);
    }

    private static Task<string> RunAsync(TemporaryFolder folder, string command) => RunningProcess.RunAsync("sh", "-c", $"cd {folder.Path} && {command}");

    private static string? FaultsOf(MqttTlsOptions tls, ITlsSource? source) =>
        new MqttOptionsValidator(source).Validate(null, new MqttOptions { Listeners = [new MqttListenerOptions { Tls = tls }] }).FailureMessage;
}
