using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Roost.Gateway.Tests.Support;
using Roost.Identity;
using Roost.Mqtt;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Http;

/// <summary>Who is let in by HTTPS, to what, and what the others are told.</summary>
public sealed class IdentityOverHttpsTests
{
    private TemporaryFolder _folder = null!;
    private SecureDaemon _daemon = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        _daemon = await SecureDaemon.StartAsync(_folder);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase("GET", "/api/v1/status", 401, "UnauthorizedException")]
    [TestCase("GET", "/api/v1/tokens", 401, "UnauthorizedException")]
    [TestCase("GET", "/metrics", 401, "UnauthorizedException")]
    [TestCase("GET", "/things/a/shadow", 403, "MissingAuthenticationTokenException")]
    [TestCase("POST", "/topics/a", 403, "MissingAuthenticationTokenException")]
    [TestCase("POST", "/2015-03-31/functions/f/invocations", 403, "MissingAuthenticationTokenException")]
    [TestCase("GET", "/fn/f/", 403, "MissingAuthenticationTokenException")]
    [TestCase("OPTIONS", "/fn/f/", 403, "MissingAuthenticationTokenException")]
    [TestCase("GET", "/nowhere", 403, "MissingAuthenticationTokenException")]
    [TestCase("PUT", "/things/a/shadow", 403, "MissingAuthenticationTokenException")]
    public async Task Who_shows_nothing_gets_nothing(string method, string path, int status, string error)
    {
        using var client = _daemon.Client();

        using var answer = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.That(((int)answer.StatusCode, answer.Headers.GetValues("x-amzn-ErrorType").Single()), Is.EqualTo((status, error)));
        Assert.That(answer.Headers.WwwAuthenticate.ToString(), status == 401 ? Is.EqualTo("Bearer realm=\"roost\"") : Is.Empty);
    }

    [Test]
    public async Task Everybody_learns_that_it_is_up_and_no_more()
    {
        using var client = _daemon.Client();

        Assert.That(await client.GetStringAsync("/healthz"), Is.EqualTo("{\"status\":\"up\"}\n"));
        Assert.That(await _daemon.GetLocallyAsync("/healthz"), Does.Contain("\"rooms\""));
    }

    [Test]
    public async Task A_token_does_what_its_policies_allow()
    {
        using var admin = _daemon.Client(token: (await _daemon.MakeTokenAsync(null, "admin")).Token);
        using var app = _daemon.Client(token: (await _daemon.MakeTokenAsync(null, "app-default")).Token);
        using var nobody = _daemon.Client(token: (await _daemon.MakeTokenAsync()).Token);

        Assert.That(await StatusAsync(admin, "/api/v1/status"), Is.EqualTo(200));
        Assert.That(await StatusAsync(admin, "/nowhere"), Is.EqualTo(404));
        Assert.That(await StatusAsync(app, "/things/any/shadow"), Is.EqualTo(404), "allowed, and not there");
        Assert.That(await StatusAsync(app, "/api/v1/tokens"), Is.EqualTo(403));
        Assert.That(await StatusAsync(app, "/api/v1/backup"), Is.EqualTo(403));
        Assert.That(await StatusAsync(nobody, "/things/any/shadow"), Is.EqualTo(403));
        using var answer = await nobody.GetAsync("/things/any/shadow?name=s");
        Assert.That(answer.Headers.GetValues("x-amzn-ErrorType"), Is.EqualTo(new[] { "ForbiddenException" }));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("iot:GetThingShadow on thing/any/s"));
    }

    [Test]
    public async Task A_thing_reaches_its_own_shadows_by_its_certificate_and_no_others()
    {
        using var certificate = await _daemon.MakeThingAsync("vac-1");
        using var client = _daemon.Client(certificate);
        using var document = new StringContent("""{"state":{"reported":{"on":true}}}""");

        using var update = await client.PostAsync("/things/vac-1/shadow", document);

        Assert.That((int)update.StatusCode, Is.EqualTo(200), await update.Content.ReadAsStringAsync());
        Assert.That(await client.GetStringAsync("/things/vac-1/shadow"), Does.Contain("\"on\":true"));
        foreach (var path in new[] { "/things/vac-10/shadow", "/things/vac-2/shadow", "/things/vac-2/shadow?name=s", "/api/things/shadow/ListNamedShadowsForThing/vac-2", "/api/v1/things", "/retainedMessage", "/connections/vac-1", "/metrics", "/api/v1/status" })
        {
            Assert.That(await StatusAsync(client, path), Is.EqualTo(403), path);
        }
    }

    [Test]
    public async Task A_thing_publishes_below_its_own_topics_alone_however_they_are_written()
    {
        using var certificate = await _daemon.MakeThingAsync("vac-3");
        using var client = _daemon.Client(certificate);
        foreach (var (topic, status) in new[]
        {
            ("robots%2Fvac-3%2Fsays", 200), ("robots/vac-3/says", 200), ("robots%2Fvac-3%2F..%2Fvac-4", 200), // a level called .. is nobody else's topic
            ("robots%2Fvac-4%2Fsays", 403), ("robots/vac-4/says", 403), ("robots%2fvac-3%252Fx", 403), ("robots", 403), ("site%2Falarm", 403), ("%24aws%2Fthings%2Fvac-4%2Fshadow%2Fupdate", 403),
            ("robots/vac-3/../vac-4/says", 400), ("robots/vac-3/%2e%2e/vac-4/says", 400), ("robots\\vac-3", 400),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"https://localhost:{_daemon.Port}/topics/{topic}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));

            using var answer = await client.SendAsync(request);

            Assert.That((int)answer.StatusCode, Is.EqualTo(status), $"{topic}: {await answer.Content.ReadAsStringAsync()}");
        }
    }

    [Test]
    public async Task An_answer_goes_only_where_the_thing_itself_may_publish()
    {
        using var certificate = await _daemon.MakeThingAsync("vac-7");
        using var client = _daemon.Client(certificate);
        var answers = new AnswerTopics();
        await using var subscription = await _daemon.App.Services.GetRequiredService<IMqttBroker>().SubscribeAsync(TopicFilter.Parse("robots/vac-7/bump"), answers);
        foreach (var topic in (string[])["robots/vac-7/answers", "robots/vac-8/cmd", "$aws/things/vac-8/shadow/update"])
        {
            using var answer = await client.PostAsync($"/topics/robots%2Fvac-7%2Fbump?qos=1&responseTopic={Uri.EscapeDataString(topic)}", null);
            Assert.That((int)answer.StatusCode, Is.EqualTo(200), await answer.Content.ReadAsStringAsync());
        }

        Assert.That(answers.MayBeAnswered, Is.EqualTo(new[] { true, false, false }));
    }

    [Test]
    public async Task A_certificate_that_is_revoked_ends_at_once()
    {
        using var certificate = await _daemon.MakeThingAsync("vac-5");
        using var client = _daemon.Client(certificate);
        Assert.That(await StatusAsync(client, "/things/vac-5/shadow"), Is.EqualTo(404));

        var certificates = _daemon.App.Services.GetRequiredService<IClientCertificates>();
        await certificates.SetStatusAsync(certificates.Of("vac-5")[0].Fingerprint, CertificateStatus.Revoked, ChangedBy.Local);

        using var answer = await client.GetAsync("/things/vac-5/shadow"); // on the connection that is open
        Assert.That(((int)answer.StatusCode, answer.Headers.GetValues("x-amzn-ErrorType").Single()), Is.EqualTo((403, "UnrecognizedClientException")));
    }

    [Test]
    public async Task A_certificate_that_we_have_not_signed_is_refused_even_where_nothing_is_asked_for()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var own = new CertificateRequest("CN=vac-1", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        using var client = _daemon.Client(own);

        Assert.That(await StatusAsync(client, "/things/vac-1/shadow"), Is.EqualTo(403));
        Assert.That(await StatusAsync(client, "/healthz"), Is.EqualTo(403));
    }

    [Test]
    public async Task Two_credentials_of_one_owner_agree_and_of_two_do_not()
    {
        using var certificate = await _daemon.MakeThingAsync("vac-6");
        using var same = _daemon.Client(certificate, (await _daemon.MakeTokenAsync("vac-6")).Token);
        using var other = _daemon.Client(certificate, (await _daemon.MakeTokenAsync(null, "admin")).Token);
        using var wrong = _daemon.Client(certificate, "roost_wrong");

        Assert.That(await StatusAsync(same, "/things/vac-6/shadow"), Is.EqualTo(404));
        Assert.That(await StatusAsync(other, "/things/vac-6/shadow"), Is.EqualTo(403));
        Assert.That(await StatusAsync(wrong, "/things/vac-6/shadow"), Is.EqualTo(403));
    }

    [TestCase("Bearer roost_aaaaaaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [TestCase("Bearer")]
    [TestCase("Bearer ")]
    [TestCase("Basic YWRtaW46YWRtaW4=")]
    [TestCase("Digest x")]
    public async Task What_is_no_token_of_ours_is_refused_even_where_nothing_is_asked_for(string authorization)
    {
        using var client = _daemon.Client();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);

        Assert.That(await StatusAsync(client, "/api/v1/status"), Is.EqualTo(401));
        Assert.That(await StatusAsync(client, "/healthz"), Is.AnyOf(401, 403));
    }

    [TestCase("access_token")]
    [TestCase("token")]
    [TestCase("authorization")]
    public async Task A_token_in_the_query_is_not_looked_at(string name)
    {
        using var client = _daemon.Client();

        Assert.That(await StatusAsync(client, $"/api/v1/status?{name}={(await _daemon.MakeTokenAsync(null, "admin")).Token}"), Is.EqualTo(401));
    }

    [Test]
    public async Task A_listener_loses_its_messages_with_its_token()
    {
        var (token, id) = await _daemon.MakeTokenAsync(null, "admin");
        using var client = _daemon.Client(token: token);
        using var feed = new StreamReader(await client.GetStreamAsync("/api/v1/messages?filter=a/%23"));
        Assert.That(await feed.ReadLineAsync().WaitAsync(Eventually.Limit), Is.EqualTo(": subscribed"));

        Assert.That(await _daemon.DeleteLocallyAsync($"/api/v1/tokens/{id}"), Is.EqualTo(HttpStatusCode.NoContent).Or.EqualTo(HttpStatusCode.OK));

        Assert.That(async () => await feed.ReadToEndAsync().WaitAsync(Eventually.Limit), Throws.InstanceOf<IOException>().Or.InstanceOf<HttpIOException>());
    }

    [Test]
    public async Task What_comes_by_loopback_or_the_socket_has_every_right_as_ever()
    {
        using var plain = new HttpClient();
        var url = _daemon.App.Urls.Single(url => url.StartsWith("http://127", StringComparison.Ordinal));

        Assert.That(await plain.GetStringAsync($"{url}/api/v1/status"), Does.Contain("\"protocol\":\"https\""));
        Assert.That(await _daemon.GetLocallyAsync("/api/v1/status"), Does.Contain("\"protocol\":\"https\""));
    }

    [Test]
    public async Task Answers_tell_browsers_to_keep_and_load_nothing()
    {
        using var client = _daemon.Client();

        using var answer = await client.GetAsync("/healthz");

        Assert.That(answer.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(new[] { "nosniff" }));
        Assert.That(answer.Headers.GetValues("Referrer-Policy"), Is.EqualTo(new[] { "no-referrer" }));
        Assert.That(answer.Headers.GetValues("Content-Security-Policy"), Is.EqualTo(new[] { "default-src 'none'; frame-ancestors 'none'" }));
        Assert.That(answer.Headers.CacheControl!.NoStore, Is.True);
        Assert.That(answer.Headers.Contains("Strict-Transport-Security"), Is.False);
        Assert.That(answer.Headers.Contains("Server"), Is.False);
    }

    private static async Task<int> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        return (int)answer.StatusCode;
    }

    private sealed class AnswerTopics : IMessageHandler
    {
        public ConcurrentQueue<bool> MayBeAnswered { get; } = [];

        public ValueTask Handle(in PublishedMessage message)
        {
            MayBeAnswered.Enqueue(message.Properties!.MayBeAnswered);
            return ValueTask.CompletedTask;
        }
    }
}
