using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Roost.Tests.Support;

namespace Roost.Cli.Tests;

/// <summary>A real HTTP server on a unix socket that answers as a test says: for what the real daemon does only in distress.</summary>
internal sealed class FakeDaemon : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _server;

    public FakeDaemon(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Socket, listener => listener.Protocols = HttpProtocols.Http1));
        _server = builder.Build();
        _server.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            Requests.Enqueue($"{context.Request.Method} {context.Features.Get<IHttpRequestFeature>()!.RawTarget} {Encoding.UTF8.GetString(body.ToArray())}".TrimEnd());
            (context.Request.Body, body.Position) = (body, 0); // to be read again
            await answer(context);
        });
    }

    public string Socket => _folder["d.sock"];

    /// <summary>Method, raw target and body of each request.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public static async Task<FakeDaemon> StartAsync(RequestDelegate answer)
    {
        var daemon = new FakeDaemon(answer);
        await daemon._server.StartAsync();
        return daemon;
    }

    public static Task<FakeDaemon> AnsweringAsync(string json, int status = 200) => StartAsync(context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json);
    });

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }
}
