using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Roost.Shadow.Tests.Http;

/// <summary>The whole room behind a real HTTP server on loopback, with what apps send and look at.</summary>
internal sealed class AppWeb : IAsyncDisposable
{
    private WebApplication _web = null!;

    private AppWeb(ShadowHost host) => Host = host;

    public ShadowHost Host { get; }

    public HttpClient Client { get; private set; } = null!;

    public static async Task<AppWeb> StartAsync(Action<ShadowOptions>? configure = null)
    {
        var web = new AppWeb(await ShadowHost.StartAsync(configure));
        await web.ListenAsync();
        return web;
    }

    /// <summary>Stops in order and starts again on the same folder.</summary>
    public async Task RestartAsync()
    {
        Client.Dispose();
        await _web.DisposeAsync();
        await Host.RestartAsync();
        await ListenAsync();
    }

    /// <param name="headers">Each as <c>Name: value</c>.</param>
    public async Task<HttpResponseMessage> SendAsync(string method, string path, string? body = null, params string[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        foreach (var header in headers)
        {
            var parts = header.Split(": ", 2);
            request.Headers.TryAddWithoutValidation(parts[0], parts[1]);
        }

        return await Client.SendAsync(request);
    }

    public async Task<(int Status, string? Tag)> StatusAsync(string method, string path, string? body = null, params string[] headers)
    {
        using var response = await SendAsync(method, path, body, headers);
        return ((int)response.StatusCode, response.Headers.TryGetValues("ETag", out var tags) ? tags.Single() : null);
    }

    /// <summary>Reports <paramref name="json"/>; returns the tag of what the shadow is then.</summary>
    public async Task<string> ReportAsync(string thing, string json, string? name = null)
    {
        var (status, tag) = await StatusAsync("POST", $"/things/{thing}/shadow{(name is null ? "" : "?name=" + name)}", $$$"""{"state":{"reported":{{{json}}}}}""");
        Assert.That(status, Is.EqualTo(200));
        return tag!;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _web.DisposeAsync();
        await Host.DisposeAsync();
    }

    /// <summary>A client on the unix socket.</summary>
    public HttpClient OverSocket() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    }) { BaseAddress = new Uri("http://localhost") };

    private string SocketPath => Path.Combine(Host.Folder, "http.sock");

    private async Task ListenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0", "http://unix:" + SocketPath);
        builder.Services.AddSingleton(Host.Service).AddSingleton<TimeProvider>(Host.Clock).AddRoutingCore();
        _web = builder.Build();
        _web.MapShadows();
        await _web.StartAsync();
        Client = new HttpClient(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero }) // who leaves a feed leaves at once
        {
            BaseAddress = new Uri(_web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(address => !address.Contains("unix", StringComparison.Ordinal))),
        };
    }
}
