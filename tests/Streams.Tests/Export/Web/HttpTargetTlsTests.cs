using System.Security.Cryptography.X509Certificates;
using Roost.Streams.Credentials;
using Roost.Streams.Export.Targets;
using Roost.Streams.Export.Web;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Export.Web;

public sealed class HttpTargetTlsTests
{
    private TemporaryFolder _folder = null!;
    private Authority _authority = null!;

    [SetUp]
    public void Make()
    {
        _folder = new TemporaryFolder();
        _authority = new Authority(_folder.Path, "authority");
    }

    [TearDown]
    public void Remove()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task A_server_whose_authority_is_named_is_trusted_and_spoken_to_in_HTTP_2_with_the_gateways_certificate()
    {
        using var certificate = _authority.Issue("127.0.0.1");
        using var own = _authority.Issue("site-17");
        File.WriteAllText(_folder["own.crt"], own.ExportCertificatePem());
        File.WriteAllText(_folder["own.key"], own.GetECDsaPrivateKey()!.ExportECPrivateKeyPem());
        await using var server = await WebServer.StartAsync(certificate, _authority.Certificate);
        await using var target = Target(server, options => (options.Ca, options.Certificate, options.Key) = (_authority.File, _folder["own.crt"], _folder["own.key"]));

        Assert.That(await target.SendAsync(Batches.Of(0, 3), default), Is.EqualTo(Delivery.Accepted));

        Assert.That(server.Requests.Single().Protocol, Is.EqualTo("HTTP/2"));
        Assert.That(Batches.OffsetsIn(server.Requests.Single().Body), Is.EqualTo(new long[] { 0, 1, 2 }));
    }

    [TestCase("127.0.0.1", -9, -1, nameof(DeliveryOutcome.Denied), "expired at", "renew the server's certificate")]
    [TestCase("127.0.0.1", 2, 9, nameof(DeliveryOutcome.Unreachable), "is valid only from", "this machine's clock says")]
    [TestCase("other.example", -1, 1, nameof(DeliveryOutcome.Denied), "is not for '127.0.0.1' but for other.example", "correct the address")]
    public async Task What_is_wrong_with_a_servers_certificate_is_said_and_nothing_is_sent(string name, int from, int until, string outcome, string what, string remedy)
    {
        using var certificate = _authority.Issue(name, from, until);
        await using var server = await WebServer.StartAsync(certificate);
        await using var target = Target(server, options => options.Ca = _authority.File);

        var delivery = await target.SendAsync(Batches.Of(0, 1), default);

        Assert.That(delivery.Outcome.ToString(), Is.EqualTo(outcome));
        Assert.That(delivery.Reason, Does.Contain(what).And.Contain(remedy));
        Assert.That(server.Requests, Is.Empty);
    }

    [Test]
    public async Task An_authority_that_is_not_known_is_named_and_the_file_is_read_again_when_it_changes()
    {
        using var stranger = new Authority(_folder.Path, "stranger");
        using var certificate = _authority.Issue("127.0.0.1");
        await using var server = await WebServer.StartAsync(certificate);
        await using var unset = Target(server, _ => { });
        var ca = _folder["ca.crt"];
        File.Copy(stranger.File, ca);
        await using var target = Target(server, options => options.Ca = ca);

        var (without, wrong) = (await unset.SendAsync(Batches.Of(0, 1), default), await target.SendAsync(Batches.Of(0, 1), default));
        File.Copy(_authority.File, ca, overwrite: true);
        File.SetLastWriteTimeUtc(ca, TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(5));
        var right = await target.SendAsync(Batches.Of(0, 1), default);

        Assert.That((without.Outcome, wrong.Outcome, right), Is.EqualTo((DeliveryOutcome.Denied, DeliveryOutcome.Denied, Delivery.Accepted)));
        Assert.That(without.Reason, Does.Contain("CN=authority").And.Contain("name that authority's certificate as http.ca"));
        Assert.That(wrong.Reason, Does.Contain($"{ca} does not have it"));
    }

    [Test]
    public async Task A_file_that_is_no_certificate_is_named()
    {
        using var certificate = _authority.Issue("127.0.0.1");
        await using var server = await WebServer.StartAsync(certificate);
        File.WriteAllText(_folder["own.crt"], "nonsense");
        await using var target = Target(server, options => (options.Ca, options.Certificate, options.Key) = (_authority.File, _folder["own.crt"], _folder["own.crt"]));

        var delivery = await target.SendAsync(Batches.Of(0, 1), default);

        Assert.That(delivery.Outcome, Is.EqualTo(DeliveryOutcome.Denied));
        Assert.That(delivery.Reason, Does.Contain($"http.certificate ({_folder["own.crt"]}) cannot be used"));
    }

    [Test]
    public async Task A_server_without_TLS_is_told_as_that()
    {
        await using var server = await WebServer.StartAsync();
        await using var target = Target(server, options => options.Url = options.Url.Replace("http://", "https://", StringComparison.Ordinal));

        var delivery = await target.SendAsync(Batches.Of(0, 1), default);

        Assert.That(delivery.Outcome, Is.EqualTo(DeliveryOutcome.Denied));
        Assert.That(delivery.Reason, Does.Contain("makes no TLS connection"));
    }

    private static HttpTarget Target(WebServer server, Action<ExportHttpOptions> configure)
    {
        var options = new ExportHttpOptions { Url = $"{server.Url}" };
        configure(options);
        return new HttpTarget(new ExportOptions { Stream = "telemetry", To = ExportTarget.Http, Http = options }, () => "gw", new NoStreamSecrets(), TimeProvider.System);
    }
}
