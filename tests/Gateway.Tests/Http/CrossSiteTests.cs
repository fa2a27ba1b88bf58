using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Roost.Gateway.Tests.Support;
using Roost.Identity;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Http;

/// <summary>Pages of other sites in the browser of somebody who may, with a token that they have or a certificate that the browser shows by itself.</summary>
public sealed class CrossSiteTests
{
    private const string Named = "https://app.example";
    private const string Other = "https://evil.example";

    private TemporaryFolder _folder = null!;
    private SecureDaemon _daemon = null!;
    private X509Certificate2 _certificate = null!;
    private string _token = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        _daemon = await SecureDaemon.StartAsync(_folder, $"  origins: [ {Named} ]");
        _certificate = await _daemon.MakeThingAsync("vac-1");
        _token = (await _daemon.MakeTokenAsync(null, "admin")).Token;
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _certificate.Dispose();
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_page_that_the_owner_has_named_asks_and_reads_with_a_token()
    {
        using var client = _daemon.Client(token: _token);

        using var answer = await SendAsync(client, HttpMethod.Get, "/things/none/shadow", ("Origin", Named), ("Sec-Fetch-Site", "cross-site"));

        Assert.That((int)answer.StatusCode, Is.EqualTo(404));
        Assert.That(answer.Headers.GetValues("Access-Control-Allow-Origin"), Is.EqualTo(new[] { Named }));
        Assert.That(answer.Headers.Vary, Does.Contain("Origin"));
        Assert.That(answer.Headers.Contains("Access-Control-Allow-Credentials"), Is.False, "what the browser shows by itself is not for the page");
    }

    [Test]
    public async Task Its_preflight_is_answered_without_an_identity()
    {
        using var client = _daemon.Client();

        using var answer = await SendAsync(client, HttpMethod.Options, "/things/none/shadow", ("Origin", Named), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization"));

        Assert.That((int)answer.StatusCode, Is.EqualTo(204));
        Assert.That(answer.Headers.GetValues("Access-Control-Allow-Methods").Single(), Does.Contain("POST"));
        Assert.That(answer.Headers.GetValues("Access-Control-Allow-Headers"), Is.EqualTo(new[] { "authorization" }));
    }

    [Test]
    public async Task Another_page_gets_nothing_even_with_a_token()
    {
        using var client = _daemon.Client(token: _token);

        using var answer = await SendAsync(client, HttpMethod.Get, "/things/none/shadow", ("Origin", Other));
        using var preflight = await SendAsync(client, HttpMethod.Options, "/things/none/shadow", ("Origin", Other), ("Access-Control-Request-Method", "POST"));

        Assert.That(((int)answer.StatusCode, (int)preflight.StatusCode), Is.EqualTo((403, 403)));
        Assert.That(answer.Headers.Contains("Access-Control-Allow-Origin") || preflight.Headers.Contains("Access-Control-Allow-Origin"), Is.False);
    }

    [TestCase("Origin", Named)]
    [TestCase("Origin", Other)]
    [TestCase("Origin", "null")]
    [TestCase("Sec-Fetch-Site", "cross-site")]
    [TestCase("Sec-Fetch-Site", "same-site")]
    public async Task A_page_does_not_act_by_the_certificate_that_the_browser_shows(string header, string value)
    {
        using var client = _daemon.Client(_certificate);

        using var answer = await SendAsync(client, HttpMethod.Get, "/things/vac-1/shadow", (header, value));

        Assert.That((int)answer.StatusCode, Is.EqualTo(403));
    }

    [Test]
    public async Task Our_own_page_and_programs_act_by_the_certificate()
    {
        using var client = _daemon.Client(_certificate);

        using var page = await SendAsync(client, HttpMethod.Get, "/things/vac-1/shadow", ("Origin", $"https://localhost:{_daemon.Port}"), ("Sec-Fetch-Site", "same-origin"));
        using var program = await SendAsync(client, HttpMethod.Get, "/things/vac-1/shadow");

        Assert.That(((int)page.StatusCode, (int)program.StatusCode), Is.EqualTo((404, 404)));
    }

    [Test]
    public async Task Where_no_identity_is_asked_for_no_other_page_is_let_in()
    {
        using var plain = new HttpClient { BaseAddress = new Uri(_daemon.App.Urls.Single(url => url.StartsWith("http://127", StringComparison.Ordinal))) };

        using var answer = await SendAsync(plain, HttpMethod.Get, "/healthz", ("Origin", Named));

        Assert.That((int)answer.StatusCode, Is.EqualTo(403));
    }

    [TestCase(Other)]
    [TestCase("null")]
    public void A_page_of_another_site_opens_no_WebSocket(string origin) =>
        Assert.That(() => OpenAsync(origin, _token), Throws.InstanceOf<WebSocketException>().With.Message.Contains("403"));

    [TestCase(Named)]
    [TestCase(Other)]
    public async Task A_page_of_another_site_opens_no_WebSocket_by_the_certificate_that_the_browser_shows(string origin)
    {
        using var certificate = await _daemon.MakeThingAsync("vac-ws");
        using var page = await OpenAsync(origin: null, token: null, certificate);

        Assert.That(() => OpenAsync(origin, token: null, certificate), Throws.InstanceOf<WebSocketException>().With.Message.Contains("403"));
    }

    [Test]
    public async Task A_WebSocket_whose_credential_ends_before_its_CONNECT_is_not_let_in()
    {
        using var certificate = await _daemon.MakeThingAsync("c");
        using var socket = await OpenAsync(origin: null, token: null, certificate);
        var fingerprint = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(certificate.RawDataMemory.Span));
        await _daemon.App.Services.GetRequiredService<IClientCertificates>().SetStatusAsync(fingerprint, CertificateStatus.Revoked, ChangedBy.Local);

        await socket.SendAsync(Convert.FromHexString("100D00044D51545404020000000163"), WebSocketMessageType.Binary, true, CancellationToken.None);

        var bytes = new byte[16];
        var count = (await socket.ReceiveAsync(bytes, CancellationToken.None).WaitAsync(Eventually.Limit)).Count;
        Assert.That(Convert.ToHexString(bytes, 0, count), Is.EqualTo("20020003"), "CONNACK: server unavailable");
    }

    [Test]
    public async Task A_WebSocket_that_shows_nothing_is_not_anonymous()
    {
        using var socket = await OpenAsync(origin: null, token: null);
        await socket.SendAsync(Convert.FromHexString("100D00044D51545404020000000163"), WebSocketMessageType.Binary, true, CancellationToken.None);

        var bytes = new byte[16];
        var count = (await socket.ReceiveAsync(bytes, CancellationToken.None).WaitAsync(Eventually.Limit)).Count;

        Assert.That(Convert.ToHexString(bytes, 0, count), Is.EqualTo("20020005"), "CONNACK: not authorized");
    }

    private async Task<ClientWebSocket> OpenAsync(string? origin, string? token, X509Certificate2? certificate = null)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("mqtt");
        if (origin is not null)
        {
            socket.Options.SetRequestHeader("Origin", origin);
        }

        if (token is not null)
        {
            socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        }

        using var invoker = new HttpMessageInvoker(_daemon.Handler(certificate));
        await socket.ConnectAsync(new Uri($"wss://localhost:{_daemon.Port}/mqtt"), invoker, CancellationToken.None).WaitAsync(Eventually.Limit);
        return socket;
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return client.SendAsync(request);
    }
}
