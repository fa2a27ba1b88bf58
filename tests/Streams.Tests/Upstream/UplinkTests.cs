using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Streams.Upstream;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Upstream;

public sealed class UplinkTests
{
    private const byte Busy = 0x89;
    private const byte BadUserNameOrPassword = 0x86;

    private TemporaryFolder _folder = null!;
    private ManualTimeProvider _clock = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _clock = new ManualTimeProvider();
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task A_fallback_serves_at_once_while_the_first_host_is_away_and_hands_back_when_it_can_be_reached()
    {
        await using var first = new Cloud(_folder["first"]);
        await using var second = new Cloud(_folder["second"]);
        await second.StartAsync();
        await using var host = await StartAsync(options =>
        {
            first.Configure(options);
            options.FallbackHosts = [$"127.0.0.1:{second.Port}"];
        });

        await Eventually.IsTrueAsync(() => host.Uplink.Status.State == UplinkState.Connected, "the fallback to serve, on a clock that stands still");
        Assert.That(host.Uplink.Status.Endpoint, Is.EqualTo($"127.0.0.1:{second.Port}"));

        await first.StartAsync();
        _clock.Advance(TimeSpan.FromMinutes(10));
        await Eventually.IsTrueAsync(() => host.Uplink.Status.State == UplinkState.Waiting, "the fallback to be left");
        _clock.Advance(TimeSpan.FromSeconds(1));

        await Eventually.IsTrueAsync(() => host.Uplink.Status is { State: UplinkState.Connected } status && status.Endpoint == $"127.0.0.1:{first.Port}", "the first host to serve");
    }

    [Test]
    public async Task A_fallback_goes_on_serving_while_the_first_host_stays_away()
    {
        await using var second = new Cloud(_folder["second"]);
        await second.StartAsync();
        await using var host = await StartAsync(options =>
        {
            second.Configure(options);
            (options.Port, options.FallbackHosts) = (FreePort.Next(), [$"127.0.0.1:{second.Port}"]);
        });
        await Eventually.IsTrueAsync(() => host.Uplink.Status.State == UplinkState.Connected, "the fallback to serve");
        var connection = await host.Uplink.WaitForConnectionAsync(CancellationToken.None);

        _clock.Advance(TimeSpan.FromMinutes(10));
        await connection.PublishAsync(Message("still-here"));

        Assert.That(connection.Lost.IsCancellationRequested, Is.False);
    }

    [Test]
    public async Task Bad_credentials_are_an_operators_and_not_tried_in_a_hurry()
    {
        await using var server = new OneWordServer(0x20, 3, 0, BadUserNameOrPassword, 0);
        await using var host = await StartAsync(options => (options.Host, options.Port) = ("127.0.0.1", server.Port));

        await Eventually.IsTrueAsync(() => host.Uplink.Status.State == UplinkState.Waiting, "the refusal");

        var status = host.Uplink.Status;
        Assert.That(status.NeedsOperator);
        Assert.That(status.LastError, Does.Contain("Check user name and password"));
        Assert.That(status.NextAttemptAt - _clock.GetUtcNow(), Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(30)));
    }

    [Test]
    public async Task A_busy_server_is_left_alone_for_a_while_and_nobody_is_called()
    {
        await using var server = new OneWordServer(0x20, 3, 0, Busy, 0);
        await using var host = await StartAsync(options => (options.Host, options.Port) = ("127.0.0.1", server.Port));

        await Eventually.IsTrueAsync(() => host.Uplink.Status.State == UplinkState.Waiting, "the refusal");

        Assert.That(host.Uplink.Status.NeedsOperator, Is.False);
        Assert.That(host.Uplink.Status.NextAttemptAt - _clock.GetUtcNow(), Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(5)));
    }

    [Test]
    public async Task Alpn_and_another_name_of_the_server_are_offered_in_the_tls_handshake()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=iot.example.com", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("iot.example.com");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        await File.WriteAllTextAsync(_folder["ca.crt"], certificate.ExportCertificatePem());
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var host = await StartAsync(options =>
        {
            (options.Host, options.Port) = ("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port);
            options.Tls = new CloudTlsOptions { Ca = _folder["ca.crt"], Alpn = ["x-amzn-mqtt-ca"], ServerName = "iot.example.com" };
        });
        using var accepted = await Eventually.CompletesAsync(listener.AcceptTcpClientAsync(), "the uplink to connect");
        await using var secure = new SslStream(accepted.GetStream());

        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = certificate,
            ApplicationProtocols = [new SslApplicationProtocol("mqtt"), new SslApplicationProtocol("x-amzn-mqtt-ca")],
        });

        Assert.That(secure.NegotiatedApplicationProtocol.ToString(), Is.EqualTo("x-amzn-mqtt-ca"));
        Assert.That(secure.TargetHostName, Is.EqualTo("iot.example.com"));
    }

    [TestCase("cloud.invalid", Description = "a name that no resolver knows")]
    [TestCase("127.0.0.1", Description = "nobody listens")]
    public async Task A_start_without_a_network_takes_records_at_once(string name)
    {
        await using var host = await StreamsHost.StartAsync(
            _folder["streams"],
            options => options["telemetry"] = new StreamOptions(),
            options => (options.Host, options.Port) = (name, FreePort.Next()),
            new ExportOptions { Stream = "telemetry", Topic = "t" });

        await host.AppendNumberedAsync("telemetry", 0, 10);

        Assert.That(host.Uplink.Status.State, Is.Not.EqualTo(UplinkState.Connected));
        Assert.That(host.Export("telemetry").LagRecords, Is.EqualTo(10));
    }

    [Test]
    public async Task A_wait_over_a_certificate_ends_when_the_clock_is_set()
    {
        var waiting = ClockJump.WaitAsync(TimeSpan.FromHours(1), _clock, CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.That(waiting.IsCompleted, Is.False, "time that passes is no jump");

        _clock.SetUtcNow(new DateTimeOffset(2027, 3, 1, 0, 0, 0, TimeSpan.Zero));
        _clock.Advance(TimeSpan.FromSeconds(1));

        await waiting.WaitAsync(Eventually.Limit);
    }

    [TestCase("b.example.com", "b.example.com:8883")]
    [TestCase("b.example.com:8884", "b.example.com:8884")]
    [TestCase("192.0.2.7", "192.0.2.7:8883")]
    [TestCase("2001:db8::1", "[2001:db8::1]:8883")]
    [TestCase("[2001:db8::1]:8884", "[2001:db8::1]:8884")]
    public void A_host_is_a_name_or_an_address_with_a_port_or_without(string text, string endpoint)
    {
        Assert.That(UplinkHost.TryParse(text, 8883, out var host));
        Assert.That(host.Endpoint, Is.EqualTo(endpoint));
    }

    [TestCase("")]
    [TestCase("mqtts://b.example.com")]
    [TestCase("b.example.com:0")]
    [TestCase("b.example.com:65536")]
    [TestCase("b example com")]
    [TestCase("b.example.com\r\nX: y")]
    public void Anything_else_is_no_host(string text) => Assert.That(UplinkHost.TryParse(text, 8883, out _), Is.False);

    [TestCase(ReasonCode.NotAuthorized, nameof(UplinkFailure.Refused))]
    [TestCase(ReasonCode.Banned, nameof(UplinkFailure.Refused))]
    [TestCase(ReasonCode.ServerUnavailable, nameof(UplinkFailure.Busy))]
    [TestCase(ReasonCode.QuotaExceeded, nameof(UplinkFailure.Busy))]
    [TestCase(null, nameof(UplinkFailure.Network))]
    public void What_a_server_says_tells_how_soon_to_come_back(ReasonCode? code, string failure) =>
        Assert.That(UplinkFailures.Of(new MqttConnectionException("cloud:1883", code, "it refused")).ToString(), Is.EqualTo(failure));

    private static MqttMessage Message(string topic) => new() { Topic = TopicName.Parse(topic), QualityOfService = QualityOfService.AtLeastOnce };

    private Task<StreamsHost> StartAsync(Action<CloudMqttOptions> mqtt) => StreamsHost.StartAsync(
        _folder["streams"], services => services.AddSingleton<TimeProvider>(_clock), _ => { }, options =>
        {
            options.KeepAlive = TimeSpan.FromHours(1); // the clock makes leaps here, which no answer could follow
            mqtt(options);
        });
}
