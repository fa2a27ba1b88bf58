using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Roost.LocalLambda.Tests.Http;

/// <summary>Functions behind a real Kestrel on a port of the loopback interface.</summary>
internal abstract class HttpFixture : FunctionFixture
{
    private WebApplication? _server;

    protected HttpClient Client { get; private set; } = null!;

    [TearDown]
    public async Task StopServer()
    {
        if (_server is not null)
        {
            Client.Dispose();
            await _server.DisposeAsync();
            _server = null;
        }
    }

    protected async Task ServeAsync(TimeProvider? clock = null)
    {
        await StartAsync(clock: clock);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(Host);
        _server = builder.Build();
        _server.MapFunctions();
        await _server.StartAsync();
        Client = new HttpClient { BaseAddress = new Uri(_server.Urls.Single()) };
    }

    protected async Task<HttpResponseMessage> InvokeAsync(string function, byte[] body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/2015-03-31/functions/{function}/invocations") { Content = new ByteArrayContent(body) };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await Client.SendAsync(request);
    }

    protected Task<HttpResponseMessage> InvokeAsync(string function, string body, params (string Name, string Value)[] headers) => InvokeAsync(function, Encoding.UTF8.GetBytes(body), headers);

    protected static string Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : "";

    protected static async Task AssertRefusedAsync(HttpResponseMessage response, int status, string type, string message)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo((HttpStatusCode)status), body);
        Assert.That(Header(response, "x-amzn-ErrorType"), Is.EqualTo(type));
        using var json = System.Text.Json.JsonDocument.Parse(body);
        Assert.That(json.RootElement.GetProperty("message").GetString(), Does.StartWith(message));
    }
}
