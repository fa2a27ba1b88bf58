using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Roost.Streams.Export.Encryption;
using Roost.Streams.Export.Targets;
using Roost.Streams.Export.Web;
using Roost.Streams.Tests.Export;
using Roost.Streams.Tests.Export.S3;
using Roost.Streams.Tests.Export.Web;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Credentials;

/// <summary>What goes to the cloud takes what only the two may know from the gateway's secrets: late, anew each time, and says so when it is not there.</summary>
public sealed class SecretTests
{
    private TemporaryFolder _folder = null!;
    private KeptSecrets _secrets = null!;

    [SetUp]
    public void SetUp() => (_folder, _secrets) = (new TemporaryFolder(), new KeptSecrets());

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task An_export_to_a_web_server_waits_for_its_secret_and_takes_each_value_from_the_next_request_on()
    {
        await using var server = await WebServer.StartAsync();
        await using var target = Target(server, http => http.BearerTokenSecret = "web-token");

        var without = await target.SendAsync(Batches.Of(0, 1), default);
        _secrets["web-token"] = null;
        var isSealed = await target.SendAsync(Batches.Of(0, 1), default);
        _secrets["web-token"] = "first\n";
        await target.SendAsync(Batches.Of(0, 1), default);
        _secrets["web-token"] = "second";
        await target.SendAsync(Batches.Of(1, 2), default);
        _secrets.Remove("web-token");
        var gone = await target.SendAsync(Batches.Of(2, 3), default);

        Assert.That(without, Is.EqualTo(Delivery.Denied("http.bearer-token-secret: secret 'web-token' is not there: roost secret set web-token")));
        Assert.That((isSealed.Outcome, isSealed.Reason), Is.EqualTo((DeliveryOutcome.Denied, "http.bearer-token-secret: secret 'web-token' is sealed with a key that is not here. Restore that key, or set it anew: roost secret set web-token")));
        Assert.That(gone, Is.EqualTo(without));
        Assert.That(server.Requests.Select(request => request.Headers["Authorization"]), Is.EqualTo(new[] { "Bearer first", "Bearer second" }), "and nothing was sent without");
    }

    [Test]
    public async Task The_whole_header_and_the_key_of_signatures_may_be_secrets()
    {
        await using var server = await WebServer.StartAsync();
        await using var target = Target(server, http => (http.AuthorizationSecret, http.HmacKeySecret) = ("header", "hmac"));
        (_secrets["header"], _secrets["hmac"]) = ("Basic dXNlcjpwYXNz", "whsec_AAECAwQFBgcICQoLDA0ODw==");

        Assert.That(await target.SendAsync(Batches.Of(0, 3), default), Is.EqualTo(Delivery.Accepted));

        var request = server.Requests.Single();
        var headers = new Dictionary<string, string>(request.Headers, StringComparer.OrdinalIgnoreCase);
        var key = Enumerable.Range(0, 16).Select(number => (byte)number).ToArray();
        Assert.That(headers["Authorization"], Is.EqualTo("Basic dXNlcjpwYXNz"));
        Assert.That(headers["webhook-signature"], Is.EqualTo(WebhookSignature.Of(key, headers["webhook-id"], long.Parse(headers["webhook-timestamp"], System.Globalization.CultureInfo.InvariantCulture), request.Body)));
    }

    [TestCase("two\nlines", Description = "would be a header of its own")]
    [TestCase("naïve")]
    [TestCase("  \n")]
    public async Task A_secret_that_is_no_header_sends_nothing_and_is_not_shown(string value)
    {
        await using var server = await WebServer.StartAsync();
        await using var target = Target(server, http => http.BearerTokenSecret = "web-token");
        _secrets["web-token"] = value;

        var delivery = await target.SendAsync(Batches.Of(0, 1), default);

        Assert.That(delivery.Outcome, Is.EqualTo(DeliveryOutcome.Denied));
        Assert.That(delivery.Reason, Does.Contain("http.bearer-token-secret (web-token) cannot be used").And.Not.Contain("lines").And.Not.Contain("naïve"));
        Assert.That(server.Requests, Is.Empty);
    }

    [Test]
    public async Task The_key_of_the_gateways_certificate_may_be_a_secret()
    {
        using var authority = new Authority(_folder.Path, "authority");
        using var certificate = authority.Issue("127.0.0.1");
        using var own = authority.Issue("site-17");
        await File.WriteAllTextAsync(_folder["own.crt"], own.ExportCertificatePem());
        await using var server = await WebServer.StartAsync(certificate, authority.Certificate);
        await using var target = Target(server, http => (http.Ca, http.Certificate, http.KeySecret) = (authority.File, _folder["own.crt"], "own-key"));

        var without = await target.SendAsync(Batches.Of(0, 1), default);
        using (var other = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        {
            _secrets["own-key"] = other.ExportECPrivateKeyPem();
        }

        var wrong = await target.SendAsync(Batches.Of(0, 1), default);
        _secrets["own-key"] = own.GetECDsaPrivateKey()!.ExportECPrivateKeyPem();
        var right = await target.SendAsync(Batches.Of(0, 1), default);

        Assert.That(without.Reason, Is.EqualTo("http.key-secret: secret 'own-key' is not there: roost secret set own-key"));
        Assert.That((wrong.Outcome, right), Is.EqualTo((DeliveryOutcome.Denied, Delivery.Accepted)), wrong.Reason);
        Assert.That(wrong.Reason, Does.Contain("http.certificate"));
    }

    [Test]
    public async Task The_key_of_the_object_store_and_that_of_encryption_may_be_secrets()
    {
        await using var store = await FakeStore.StartAsync();
        var options = store.Options;
        (options.SecretAccessKey, options.SecretAccessKeySecret) = (null, "s3");
        await using var target = S3Exports.Target(options, new ExportS3Options { Encrypt = new ExportEncryptionOptions { KeySecret = "export-key", KeyId = "2026" } }, secrets: _secrets);

        var withoutKey = await target.SendAsync(S3Exports.Batch(0, 1));
        _secrets["export-key"] = Convert.ToBase64String(new byte[ExportKey.Length - 1]);
        var shortKey = await target.SendAsync(S3Exports.Batch(0, 1));
        _secrets["export-key"] = Convert.ToBase64String(new byte[ExportKey.Length]) + "\n";
        var withoutSecret = await target.SendAsync(S3Exports.Batch(0, 1));
        _secrets["s3"] = "wrong";
        var wrong = await target.SendAsync(S3Exports.Batch(0, 1));
        _secrets["s3"] = FakeStore.Secret;
        var right = await target.SendAsync(S3Exports.Batch(0, 1));

        Assert.That(withoutKey, Is.EqualTo(Delivery.Denied("s3.encrypt.key-secret: secret 'export-key' is not there: roost secret set export-key")));
        Assert.That((shortKey.Outcome, shortKey.Reason), Is.EqualTo((DeliveryOutcome.Denied, "Secret 'export-key' holds no key of 32 bytes, as they are or in base64; make one with: openssl rand -base64 32")));
        Assert.That(withoutSecret, Is.EqualTo(Delivery.Denied("cloud.s3.secret-access-key-secret: secret 's3' is not there: roost secret set s3")));
        Assert.That((wrong.Outcome, right), Is.EqualTo((DeliveryOutcome.Denied, Delivery.Accepted)), right.Reason);
    }

    [Test]
    public async Task The_uplink_waits_for_its_secret_says_so_and_uses_each_value_from_the_next_connection_on()
    {
        Directory.CreateDirectory(_folder["cloud"]);
        await SetPasswordAsync("s3cr3t-1", create: true);
        await using var cloud = new Cloud(_folder["cloud"], $"password_file {_folder["cloud"]}/passwords");
        await cloud.StartAsync();
        var clock = new ManualTimeProvider();
        await using var host = await StreamsHost.StartAsync(
            _folder["streams"],
            services => services.AddSingleton<TimeProvider>(clock).AddSingleton<IStreamSecrets>(_secrets),
            _ => { },
            options =>
            {
                cloud.Configure(options);
                (options.UserName, options.PasswordSecret) = ("site-17", "cloud-password");
            });

        await Eventually.IsTrueAsync(() => host.Uplink.Status.State == UplinkState.Waiting, "the uplink to miss its secret");
        Assert.That((host.Uplink.Status.NeedsOperator, host.Uplink.Status.LastError), Is.EqualTo((true, "cloud.mqtt.password-secret: secret 'cloud-password' is not there: roost secret set cloud-password")));
        Assert.That(host.Service<IStreamSecretUses>().All, Is.EqualTo(new[] { new StreamSecretUse("cloud-password", "cloud.mqtt.password-secret", host.Uplink.Status.LastError) }));

        _secrets["cloud-password"] = "s3cr3t-1\n";
        Assert.That(host.Service<IStreamSecretUses>().All.Single().Fault, Is.Null);
        await ComesUpAsync(host, clock);

        await cloud.StopAsync();
        await Eventually.IsTrueAsync(() => host.Uplink.Status.State != UplinkState.Connected, "the connection to end");
        await SetPasswordAsync("s3cr3t-2", create: false);
        await cloud.StartAsync();
        _secrets["cloud-password"] = "s3cr3t-2";
        await ComesUpAsync(host, clock);
    }

    [Test]
    public void A_name_that_is_none_is_not_shown_as_it_may_be_the_secret_itself()
    {
        var faults = AllFaults("hunter2 !", isFileToo: false);

        Assert.That(faults.Count(fault => fault.Contains("is no name of a secret", StringComparison.Ordinal)), Is.EqualTo(9), string.Join('\n', faults));
        Assert.That(faults, Has.None.Contains("hunter2"));
    }

    [Test]
    public void A_secret_beside_a_file_for_the_same_is_refused_and_both_keys_are_named()
    {
        var faults = AllFaults("name", isFileToo: true);

        foreach (var (key, other) in new[]
        {
            ("Cloud:Mqtt:PasswordSecret", "password-file"), ("Cloud:Mqtt:Proxy:PasswordSecret", "password-file"), ("Cloud:Mqtt:Tls:KeySecret", "key"),
            ("Cloud:S3:SecretAccessKeySecret", "secret-access-key-file"), ("Cloud:Exports:0:Http:AuthorizationSecret", "authorization-file"),
            ("Cloud:Exports:0:Http:BearerTokenSecret", "bearer-token-file"), ("Cloud:Exports:0:Http:HmacKeySecret", "hmac-key-file"), ("Cloud:Exports:0:Http:KeySecret", "key"),
            ("Cloud:Exports:1:S3:Encrypt:KeySecret", "key-file"),
        })
        {
            Assert.That(faults, Has.One.EqualTo($"{key} is set and so is {other}; use one of them."));
        }
    }

    [Test]
    public void Names_alone_are_valid() => Assert.That(AllFaults("name", isFileToo: false).Where(fault => !fault.Contains("AuthorizationSecret", StringComparison.Ordinal)), Is.Empty);

    [Test]
    public void Two_credentials_for_one_header_are_refused() =>
        Assert.That(AllFaults("name", isFileToo: false), Has.One.EqualTo("Cloud:Exports:0:Http:AuthorizationSecret is set and so is bearer-token-secret; use one of them."));

    /// <summary>Every key that may name a secret has the name, and its file where wanted.</summary>
    private List<string> AllFaults(string name, bool isFileToo)
    {
        var pem = typeof(SecretTests).Assembly.Location; // any file that is there
        var file = isFileToo ? pem : null;
        var mqtt = new CloudMqttOptions
        {
            Host = "broker.example.com", UserName = "site-17", PasswordSecret = name, PasswordFile = file,
            Proxy = new CloudProxyOptions { Host = "proxy", UserName = "site", PasswordSecret = name, PasswordFile = file },
            Tls = new CloudTlsOptions { Certificate = pem, KeySecret = name, Key = file },
        };
        var s3 = new CloudS3Options { Endpoint = "https://s3.example.com", Bucket = "fleet", AccessKeyId = "site-17", SecretAccessKeySecret = name, SecretAccessKeyFile = file };
        var web = new ExportHttpOptions
        {
            Url = "https://example.com/", AuthorizationSecret = name, AuthorizationFile = file, BearerTokenSecret = name, BearerTokenFile = file, HmacKeySecret = name, HmacKeyFile = file,
            Certificate = pem, KeySecret = name, Key = file,
        };
        var cloud = new CloudOptions
        {
            Exports =
            [
                new ExportOptions { Stream = "telemetry", To = ExportTarget.Http, Http = web },
                new ExportOptions { Stream = "telemetry", To = ExportTarget.S3, S3 = new ExportS3Options { Encrypt = new ExportEncryptionOptions { KeySecret = name, KeyFile = file ?? "" } } },
            ],
        };
        var services = new ServiceCollection();
        services.AddLogging().AddMetrics();
        services.AddSingleton(Options.Create(mqtt)).AddSingleton(Options.Create(s3)); // as the daemon has them, which looks at all before it refuses
        services.AddStreams(_folder["streams"]);
        using var provider = services.BuildServiceProvider();
        return [.. FaultsOf(provider, mqtt), .. FaultsOf(provider, s3), .. FaultsOf(provider, cloud)];
    }

    private static IEnumerable<string> FaultsOf<T>(IServiceProvider provider, T options)
        where T : class => provider.GetServices<IValidateOptions<T>>().SelectMany(validator => validator.Validate(null, options).Failures ?? []);

    private static async Task ComesUpAsync(StreamsHost host, ManualTimeProvider clock) => await Eventually.IsTrueAsync(
        () =>
        {
            clock.Advance(TimeSpan.FromSeconds(1)); // its waits are random
            return host.Uplink.Status.State == UplinkState.Connected;
        },
        "the uplink to connect with its secret");

    private async Task SetPasswordAsync(string password, bool create)
    {
        var file = Path.Combine(_folder["cloud"], "passwords");
        using var process = Process.Start("/usr/bin/mosquitto_passwd", create ? ["-c", "-b", file, "site-17", password] : ["-b", file, "site-17", password]);
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero);
    }

    private HttpTarget Target(WebServer server, Action<ExportHttpOptions> configure)
    {
        var options = new ExportHttpOptions { Url = $"{server.Url}" };
        configure(options);
        return new HttpTarget(new ExportOptions { Stream = "telemetry", To = ExportTarget.Http, Http = options }, () => "gw", _secrets, TimeProvider.System);
    }
}
