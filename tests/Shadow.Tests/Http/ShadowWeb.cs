using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Roost.Shadow.Tests.Http;

/// <summary>The room's REST calls on a real server on loopback.</summary>
internal sealed class ShadowWeb : IAsyncDisposable
{
    private readonly WebApplication _application;

    private ShadowWeb(WebApplication application)
    {
        _application = application;
        Client = new HttpClient { BaseAddress = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) };
    }

    public HttpClient Client { get; }

    public int Port => Client.BaseAddress!.Port;

    public static async Task<ShadowWeb> StartAsync(ShadowHost host)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(host.Service).AddSingleton<TimeProvider>(host.Clock).AddRoutingCore();
        var application = builder.Build();
        application.MapShadows();
        await application.StartAsync();
        return new ShadowWeb(application);
    }

    /// <param name="body">Null: none.</param>
    public async Task<WebAnswer> SendAsync(HttpMethod method, string path, byte[]? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new ByteArrayContent(body) };
        using var response = await Client.SendAsync(request);
        return new WebAnswer(
            (int)response.StatusCode, response.Headers.TryGetValues("x-amzn-ErrorType", out var types) ? types.Single() : null, await response.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _application.DisposeAsync();
    }
}
