using System.Collections.Concurrent;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace Roost.Streams.Tests.Export.Web;

/// <summary>A web server that keeps what it was sent and answers as it is told.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private WebServer(WebApplication application) => _application = application;

    public ConcurrentQueue<WebRequest> Requests { get; } = new();

    public Func<HttpContext, Task> Answer { get; set; } = _ => Task.CompletedTask;

    public Uri Url { get; private set; } = null!;

    /// <param name="certificate">With it the server speaks TLS.</param>
    /// <param name="clientAuthority">With it clients need a certificate of this authority.</param>
    public static async Task<WebServer> StartAsync(X509Certificate2? certificate = null, X509Certificate2? clientAuthority = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener =>
        {
            if (certificate is not null)
            {
                listener.UseHttps(https =>
                {
                    https.ServerCertificate = certificate;
                    https.SslProtocols = SslProtocols.Tls13;
                    if (clientAuthority is not null)
                    {
                        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                        https.ClientCertificateValidation = (client, _, _) => client.Issuer == clientAuthority.Subject;
                    }
                });
            }
        }));
        var application = builder.Build();
        var server = new WebServer(application);
        application.Run(server.HandleAsync);
        await application.StartAsync();
        server.Url = new Uri(application.Urls.Single().Replace("[::]", "127.0.0.1", StringComparison.Ordinal) + "/batches");
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(new CancellationToken(canceled: true));
        await _application.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Requests.Enqueue(new WebRequest(context.Request.Method, context.Request.Protocol, context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray()));
        await Answer(context);
    }
}

internal sealed record WebRequest(string Method, string Protocol, Dictionary<string, string> Headers, byte[] Body);
