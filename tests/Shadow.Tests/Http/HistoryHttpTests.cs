using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Roost.Shadow.Tests.Http;

internal sealed class HistoryHttpTests
{
    private ShadowHost _host = null!;
    private WebApplication _web = null!;
    private HttpClient _client = null!;

    [SetUp]
    public async Task Start()
    {
        _host = await ShadowHost.StartAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(_host.Service).AddSingleton<TimeProvider>(_host.Clock).AddRoutingCore();
        _web = builder.Build();
        _web.MapShadows();
        await _web.StartAsync();
        _client = new HttpClient { BaseAddress = new Uri(_web.Urls.Single()) };
    }

    [TearDown]
    public async Task Stop()
    {
        _client.Dispose();
        await _web.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Test]
    public async Task Who_changed_what_is_told_newest_first()
    {
        await UpdateAsync("config", """{"state":{"reported":{"a":{"b":1},"t":"x"}},"clientToken":"tok"}""");
        await UpdateAsync("config", """{"state":{"reported":{"a":{"b":2}}}}""");
        (await _client.DeleteAsync("/things/vac/shadow?name=config")).EnsureSuccessStatusCode();
        var time = _host.Clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

        Assert.That(await _client.GetStringAsync("/api/v1/things/vac/shadow/history?name=config&limit=2"), Is.EqualTo(
            $$"""{"thing":"vac","name":"config","history":[{"offset":2,"version":2,"time":"{{time}}","kind":"deleted","via":"http","by":"127.0.0.1","changes":[{"path":["reported","a","b"],"old":2},{"path":["reported","t"],"old":"x"}]},"""
            + $$"""{"offset":1,"version":2,"time":"{{time}}","kind":"updated","via":"http","by":"127.0.0.1","changes":[{"path":["reported","a","b"],"old":1,"new":2}]}],"next":1}"""));
        Assert.That(await _client.GetStringAsync("/api/v1/things/vac/shadow/history?name=config&limit=2&before=1"), Is.EqualTo(
            $$"""{"thing":"vac","name":"config","history":[{"offset":0,"version":1,"time":"{{time}}","kind":"created","via":"http","by":"127.0.0.1","clientToken":"tok","changes":[{"path":["reported","a","b"],"new":1},{"path":["reported","t"],"new":"x"}]}]}"""));
        Assert.That(await _client.GetStringAsync("/api/v1/things/vac/shadow/history"), Is.EqualTo("""{"thing":"vac","history":[]}"""));
    }

    [TestCase("/api/v1/things/vac/shadow/history?limit=0", "limit")]
    [TestCase("/api/v1/things/vac/shadow/history?limit=101", "limit")]
    [TestCase("/api/v1/things/vac/shadow/history?limit=x", "limit")]
    [TestCase("/api/v1/things/vac/shadow/history?before=-1", "before")]
    [TestCase("/api/v1/things/vac/shadow/history?before=99999999999999999999", "before")]
    [TestCase("/api/v1/things/vac/shadow/history?name=", "ShadowName")]
    [TestCase("/api/v1/things/vac%2B/shadow/history", "ThingName")]
    public async Task What_makes_no_sense_is_400_with_the_reason(string path, string reason)
    {
        using var answer = await _client.GetAsync(path);

        Assert.That((int)answer.StatusCode, Is.EqualTo(400));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.StartWith("{\"message\":\"" + reason));
    }

    private async Task UpdateAsync(string name, string body) =>
        (await _client.PostAsync($"/things/vac/shadow?name={name}", new StringContent(body, Encoding.UTF8, "application/json"))).EnsureSuccessStatusCode();
}
