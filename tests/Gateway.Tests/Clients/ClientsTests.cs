using System.Net;
using System.Text.Json;
using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Clients;

public sealed class ClientsTests
{
    private TemporaryFolder _folder = null!;
    private DaemonProcess _daemon = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        _daemon = await DaemonProcess.StartAsync(_folder["data"]);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    [TearDown]
    public async Task EndSessionsAsync()
    {
        foreach (var id in await NamesAsync(""))
        {
            await DeleteAsync($"/api/v1/clients/{Uri.EscapeDataString(id)}?session=true");
        }
    }

    [Test]
    public async Task A_client_is_listed_and_told_with_all_that_is_known_of_it()
    {
        await using var client = await SubscribeAsync("vac-01", "-c", "-q", "2", "-k", "30", "-t", "robots/#", "-t", "site/alarms", "--will-topic", "robots/vac-01/gone", "--will-payload", "secret");

        var listed = (await GetAsync("/api/v1/clients")).GetProperty("clients").EnumerateArray().Single();
        var (details, text) = await GetWithTextAsync("/api/v1/clients/vac-01");

        Assert.Multiple(() =>
        {
            Assert.That(listed.GetProperty("id").GetString(), Is.EqualTo("vac-01"));
            Assert.That(listed.GetProperty("state").GetString(), Is.EqualTo("connected"));
            Assert.That(listed.GetProperty("protocol").GetString(), Is.EqualTo("3.1.1"));
            Assert.That(listed.GetProperty("transport").GetString(), Is.EqualTo("tcp"));
            Assert.That(listed.GetProperty("tls").GetBoolean(), Is.False);
            Assert.That(listed.GetProperty("keepAliveSeconds").GetInt32(), Is.EqualTo(30));
            Assert.That(listed.GetProperty("subscriptionCount").GetInt32(), Is.EqualTo(2));
            Assert.That(listed.GetProperty("since").GetDateTime(), Is.EqualTo(TimeProvider.System.GetUtcNow().UtcDateTime).Within(TimeSpan.FromMinutes(1)));
            Assert.That(details.GetProperty("willTopic").GetString(), Is.EqualTo("robots/vac-01/gone"));
            Assert.That(details.GetProperty("bytesReceived").GetInt64(), Is.Positive);
            Assert.That(
                details.GetProperty("subscriptions").EnumerateArray().Select(static item => (item.GetProperty("filter").GetString(), item.GetProperty("qos").GetInt32())),
                Is.EqualTo(new[] { ("robots/#", 2), ("site/alarms", 2) }));
            Assert.That(text, Does.Not.Contain("secret"), "the will's payload is nobody's business");
            Assert.That(text, Does.EndWith("}\n"));
        });
    }

    [Test]
    public async Task Pages_prefixes_and_states_choose()
    {
        foreach (var id in new[] { "a-1", "a-2", "a-3", "b-1" })
        {
            await using var away = await SubscribeAsync(id, "-c", "-t", "x");
        }

        await using var here = await SubscribeAsync("a-here", "-t", "x");
        await Eventually.IsTrueAsync(async () => (await NamesAsync("?state=away")).Count == 4, "four clients to be away");

        var first = await GetAsync("/api/v1/clients?prefix=a-&maxResults=2");
        var rest = await GetAsync($"/api/v1/clients?prefix=a-&maxResults=2&nextToken={first.GetProperty("nextToken").GetString()}");

        Assert.That(Names(first), Is.EqualTo(new[] { "a-1", "a-2" }));
        Assert.That(Names(rest), Is.EqualTo(new[] { "a-3", "a-here" }));
        Assert.That(rest.GetProperty("nextToken").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(await NamesAsync("?state=connected"), Is.EqualTo(new[] { "a-here" }));
        Assert.That(await NamesAsync("?prefix=b&state=away"), Is.EqualTo(new[] { "b-1" }));
    }

    [TestCase("?state=here", "state is connected or away")]
    [TestCase("?maxResults=0", "maxResults is a number from 1 to 1000")]
    [TestCase("?nextToken=%21", "nextToken is not one")]
    public async Task What_is_asked_wrongly_is_refused(string query, string message)
    {
        using var response = await _daemon.Http.GetAsync($"/api/v1/clients{query}");

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain(message));
    }

    [TestCase("a/b c%d", "a%2Fb%20c%25d")]
    [TestCase("a/b", "a/b")]
    [TestCase("$x\u00e4", "%24x%C3%A4")]
    public async Task Any_identifier_can_stand_in_the_path(string id, string segment)
    {
        await using var client = await SubscribeAsync(id, "-t", "x");

        Assert.That((await GetAsync($"/api/v1/clients/{segment}")).GetProperty("id").GetString(), Is.EqualTo(id));
    }

    [TestCase("GET", "/connections/", HttpStatusCode.BadRequest, "InvalidRequestException")]
    [TestCase("GET", "/connections/%24x", HttpStatusCode.BadRequest, "InvalidRequestException")]
    [TestCase("GET", "/connections/%FF", HttpStatusCode.BadRequest, "InvalidRequestException", Description = "no UTF-8")]
    [TestCase("GET", "/connections/x?includeSocketInformation=1", HttpStatusCode.BadRequest, "InvalidRequestException")]
    [TestCase("GET", "/connections/x/subscriptions?maxResults=201", HttpStatusCode.BadRequest, "InvalidRequestException")]
    [TestCase("GET", "/connections/x/subscriptions?nextToken=%21", HttpStatusCode.BadRequest, "InvalidRequestException")]
    [TestCase("DELETE", "/connections/x?cleanSession=maybe", HttpStatusCode.BadRequest, "InvalidRequestException")]
    [TestCase("DELETE", "/connections/x?preventWillMessage=0", HttpStatusCode.BadRequest, "InvalidRequestException")]
    [TestCase("DELETE", "/connections/x", HttpStatusCode.NotFound, "ResourceNotFoundException")]
    [TestCase("GET", "/connections/x%2Fsubscriptions", HttpStatusCode.NotFound, "ResourceNotFoundException", Description = "a client of that name")]
    [TestCase("PUT", "/connections/x", HttpStatusCode.MethodNotAllowed, "MethodNotAllowedException")]
    public async Task A_connection_that_cannot_be_told_of_is_refused_in_the_form_of_aws(string method, string path, HttpStatusCode status, string error)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await _daemon.Http.SendAsync(request);

        Assert.That(response.StatusCode, Is.EqualTo(status));
        Assert.That(response.Headers.GetValues("x-amzn-ErrorType"), Is.EqualTo(new[] { error }));
    }

    [Test]
    public async Task A_client_is_kicked_and_its_session_stays_until_it_is_asked_for_too()
    {
        await using (var client = await SubscribeAsync("vac-01", "-c", "-t", "x"))
        {
            Assert.That(await DeleteAsync("/api/v1/clients/vac-01"), Is.EqualTo(HttpStatusCode.NoContent));
        }

        await Eventually.IsTrueAsync(async () => (await NamesAsync("?state=away")).Count == 1, "the client to be away");
        Assert.That(await DeleteAsync("/api/v1/clients/vac-01"), Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(await DeleteAsync("/api/v1/clients/vac-01?session=1"), Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await DeleteAsync("/api/v1/clients/vac-01?session=true"), Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(await DeleteAsync("/api/v1/clients/vac-01?session=true"), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await NamesAsync(""), Is.Empty);
    }

    [Test]
    public async Task What_a_client_lost_is_told_by_reason_and_prefix()
    {
        await using (var client = await SubscribeAsync("vac-01", "-c", "-q", "0", "-t", "lost/#"))
        {
        }

        await Eventually.IsTrueAsync(async () => (await NamesAsync("?state=away")).Count == 1, "the client to be away");
        await Mosquitto.PublishAsync(_daemon.MqttPort, "lost/pose/x", "x");

        var drops = await GetAsync("/api/v1/drops");
        var lost = drops.GetProperty("prefixes").EnumerateArray().Single(static row => row.GetProperty("prefix").GetString() == "lost/pose");
        Assert.That(lost.GetProperty("reasons").GetProperty("client-away").GetInt64(), Is.EqualTo(1));
        Assert.That(drops.GetProperty("clients")[0].GetProperty("id").GetString(), Is.EqualTo("vac-01"));
        Assert.That((await GetAsync("/api/v1/clients/vac-01")).GetProperty("drops").GetProperty("client-away").GetInt64(), Is.EqualTo(1));
        Assert.That(await _daemon.Http.GetStringAsync("/metrics"), Does.Match("roost_mqtt_drops_total\\{reason=\"client-away\"\\} [1-9]"));
    }

    private Task<RunningSubscriber> SubscribeAsync(string id, params string[] arguments) => RunningSubscriber.StartAsync(_daemon.MqttPort, id, arguments);

    private async Task<JsonElement> GetAsync(string path) => (await GetWithTextAsync(path)).Json;

    private async Task<(JsonElement Json, string Text)> GetWithTextAsync(string path)
    {
        var text = await _daemon.Http.GetStringAsync(path);
        return (JsonDocument.Parse(text).RootElement, text);
    }

    private async Task<HttpStatusCode> DeleteAsync(string path)
    {
        using var response = await _daemon.Http.DeleteAsync(path);
        return response.StatusCode;
    }

    private async Task<List<string>> NamesAsync(string query) => Names(await GetAsync($"/api/v1/clients{query}"));

    private static List<string> Names(JsonElement page) => [.. page.GetProperty("clients").EnumerateArray().Select(static client => client.GetProperty("id").GetString()!)];
}
