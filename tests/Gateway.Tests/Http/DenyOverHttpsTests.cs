using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Http;

/// <summary>What an explicit Deny names cannot be had by another spelling, another path, or all at once.</summary>
public sealed class DenyOverHttpsTests
{
    private const string Everything = """{"Effect":"Allow","Action":"*","Resource":"*"}""";

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

    [TestCase("/api/v1/tokens")]
    [TestCase("/api/v1/tokens/")]
    [TestCase("/API/V1/tokens")]
    [TestCase("/api/v1/Tokens/")]
    [TestCase("/api/v1/backup")]
    [TestCase("/Api/v1/BACKUP/")]
    [TestCase("/api/V1/audit/")]
    [TestCase("/api/v1/users/ADA/")]
    public async Task It_holds_in_every_spelling_that_routing_takes(string path)
    {
        using var client = await ClientAsync("spelling", """{"Effect":"Deny","Action":"roost:*","Resource":["arn:aws:roost:*:*:api/v1/tokens","arn:aws:roost:*:*:api/v1/backup","arn:aws:roost:*:*:api/v1/audit*","arn:aws:roost:*:*:api/v1/users/*"]}""");

        using var answer = await client.GetAsync(path);

        Assert.That((int)answer.StatusCode, Is.EqualTo(403));
    }

    [TestCase("GET", "/things/safe-1/shadow")]
    [TestCase("GET", "/api/v1/things/safe-1/shadow/history")]
    [TestCase("GET", "/api/v1/things/safe-1/shadow/events")]
    [TestCase("GET", "/api/v1/things?select=reported.pin")]
    [TestCase("GET", "/api/v1/shadows/events?things=safe*")]
    [TestCase("POST", "/api/v1/things/shadow")]
    public async Task Of_a_shadow_it_holds_for_every_way_to_the_document(string method, string path)
    {
        using var client = await ClientAsync("shadow", """{"Effect":"Deny","Action":["iot:GetThingShadow","iot:UpdateThingShadow"],"Resource":"arn:aws:iot:*:*:thing/safe*"}""");
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var answer = await client.SendAsync(request);

        Assert.That((int)answer.StatusCode, Is.EqualTo(403), await answer.Content.ReadAsStringAsync());
    }

    [TestCase("POST", "/2015-03-31/functions")]
    [TestCase("POST", "/2015-03-31/event-source-mappings")]
    [TestCase("DELETE", "/2015-03-31/event-source-mappings/0b2b6a1e-9d9c-4f6e-8a39-3e6f3a0f0c11")]
    [TestCase("GET", "/api/v1/functions/prodpay")]
    [TestCase("GET", "/api/v1/functions/prodpay/logs")]
    [TestCase("GET", "/api/v1/function-logs")]
    [TestCase("POST", "/api/v1/functions/prodpay/rollout/promote")]
    [TestCase("POST", "/api/v1/functions/prodpay/deployments")]
    public async Task Of_a_function_it_holds_for_every_way_to_the_function(string method, string path)
    {
        using var client = await ClientAsync("function", """{"Effect":"Deny","Action":"lambda:*","Resource":"arn:aws:lambda:*:*:function:prod*"}""");
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var answer = await client.SendAsync(request);

        Assert.That((int)answer.StatusCode, Is.EqualTo(403), await answer.Content.ReadAsStringAsync());
    }

    [TestCase("GET", "/api/v1/streams/$audit/records", "roost:Read on api/v1/audit")]
    [TestCase("GET", "/api/v1/streams/%24audit/tail", "roost:Read on api/v1/audit")]
    [TestCase("POST", "/api/v1/streams/$audit/repair", "roost:ManageIdentity")]
    [TestCase("GET", "/api/v1/streams/$shadows/records", "iot:GetThingShadow")]
    [TestCase("GET", "/api/v1/streams/$functions/records", "lambda:GetFunction")]
    public async Task Of_what_a_room_keeps_it_holds_for_its_stream(string method, string path, string right)
    {
        using var client = await ClientAsync(
            "stream", """{"Effect":"Deny","Action":["roost:Read"],"Resource":"arn:aws:roost:*:*:api/v1/audit"}""", """{"Effect":"Deny","Action":"roost:ManageIdentity","Resource":"*"}""",
            """{"Effect":"Deny","Action":["iot:GetThingShadow"],"Resource":"arn:aws:iot:*:*:thing/safe*"}""", """{"Effect":"Deny","Action":"lambda:*","Resource":"arn:aws:lambda:*:*:function:prod*"}""");
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var answer = await client.SendAsync(request);

        Assert.That((int)answer.StatusCode, Is.EqualTo(403));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain(right));
    }

    [TestCase("POST", "/api/v1/tokens", "{\"name\":\"t\",\"policies\":[\"admin\"]}")]
    [TestCase("PUT", "/api/v1/policies/admin/targets", "{\"target\":\"thing/a\"}")]
    [TestCase("PUT", "/api/v1/users/ada/password", "{}")]
    [TestCase("POST", "/api/v1/registry/things", "{\"name\":\"a\"}")]
    [TestCase("PUT", "/api/v1/secrets/s", "x")]
    [TestCase("GET", "/api/v1/backup", "")]
    public async Task Who_may_write_may_not_give_himself_rights_by_that(string method, string path, string body)
    {
        using var client = await ClientAsync("rights", """{"Effect":"Deny","Action":"roost:ManageIdentity","Resource":"*"}""");
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "GET" ? null : new StringContent(body) };

        using var answer = await client.SendAsync(request);

        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("roost:ManageIdentity"));
    }

    [Test]
    public async Task Without_a_deny_the_same_are_allowed()
    {
        using var client = await ClientAsync("all");
        foreach (var path in new[] { "/API/V1/tokens/", "/api/v1/things?select=reported.pin", "/api/v1/function-logs", "/2015-03-31/event-source-mappings", "/api/v1/streams/$audit/records" })
        {
            using var answer = await client.GetAsync(path);

            Assert.That((int)answer.StatusCode, Is.EqualTo(200), path);
        }
    }

    private async Task<HttpClient> ClientAsync(string name, params string[] denies)
    {
        var policy = $"deny-{name}-{TestContext.CurrentContext.Test.ID.Replace('.', '-')}";
        await _daemon.PostLocallyAsync("/api/v1/policies", $$$"""{"name":"{{{policy}}}","document":{"Version":"2012-10-17","Statement":[{{{string.Join(',', denies.Prepend(Everything))}}}]}}""");
        return _daemon.Client(token: (await _daemon.MakeTokenAsync(null, policy)).Token);
    }
}
