using System.Collections;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Roost.Gateway.Configuration;
using Roost.Gateway.Hosting;
using Roost.Gateway.Metrics;
using Roost.Identity;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Support;

/// <summary>The whole daemon within the test's process, with an HTTPS listener, so that a test can make things and certificates by the rooms' own services.</summary>
internal sealed class SecureDaemon : IAsyncDisposable
{
    private readonly ServiceManager _manager;
    private readonly MetricsCollector _metrics;
    private readonly HttpClient _local;

    private SecureDaemon(WebApplication app, ServiceManager manager, MetricsCollector metrics, string data)
    {
        (App, _manager, _metrics, DataFolder) = (app, manager, metrics, data);
        _local = UnixClient.Over(Path.Combine(data, "run", "roostd.sock"));
        _local.BaseAddress = new Uri("http://roost");
    }

    public WebApplication App { get; }

    public string DataFolder { get; }

    public int Port => new Uri(App.Urls.Single(url => url.StartsWith("https:", StringComparison.Ordinal))).Port;

    /// <summary>What clients check the server's certificate with.</summary>
    public string AuthorityPem => App.Services.GetRequiredService<IClientCertificates>().AuthorityPem;

    /// <param name="http">More keys of <c>http</c>, each a line.</param>
    /// <param name="tls">Of the HTTPS listener.</param>
    public static async Task<SecureDaemon> StartAsync(TemporaryFolder folder, string http = "", string tls = "{}")
    {
        await File.WriteAllTextAsync(folder["roost.yaml"], $$"""
            mqtt: { listeners: [ { port: 0 } ] }
            http:
              listeners: [ { port: 0 }, { port: 0, tls: {{tls}} } ]
            {{http}}
            """);
        var environment = new Hashtable();
        var configuration = RoostConfiguration.Load(new CommandLine { ConfigurationFile = folder["roost.yaml"], DataFolder = folder["data"] }, environment, out var faults);
        Assert.That(faults, Is.Empty);
        Directory.CreateDirectory(configuration.DataFolder);
        var (manager, metrics) = (new ServiceManager(environment), new MetricsCollector());
        var app = Daemon.Build(configuration, environment, manager, metrics);
        await app.StartAsync();
        return new SecureDaemon(app, manager, metrics, configuration.DataFolder);
    }

    /// <summary>A client that trusts the gateway's CA, and may show a certificate.</summary>
    public HttpClient Client(X509Certificate2? certificate = null, string? token = null)
    {
        var client = new HttpClient(Handler(certificate)) { BaseAddress = new Uri($"https://localhost:{Port}") };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        }

        return client;
    }

    /// <summary>What such a client, or a WebSocket, connects by.</summary>
    public SocketsHttpHandler Handler(X509Certificate2? certificate = null) => new()
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { X509Certificate2.CreateFromPem(AuthorityPem) }, RevocationMode = X509RevocationMode.NoCheck },
            LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate!,
        },
    };

    /// <returns>A bearer token, with these policies.</returns>
    public async Task<(string Token, string Id)> MakeTokenAsync(string? thing = null, params string[] policies)
    {
        var made = await PostLocallyAsync("/api/v1/tokens", JsonSerializer.Serialize(new Dictionary<string, object?> { ["name"] = "t", ["thing"] = thing, ["policies"] = policies }
            .Where(pair => pair.Value is not null).ToDictionary()));
        return (made.GetProperty("token").GetString()!, made.GetProperty("id").GetString()!);
    }

    /// <summary>A thing with the default policy, and its certificate with its key.</summary>
    public async Task<X509Certificate2> MakeThingAsync(string name)
    {
        var services = App.Services;
        await services.GetRequiredService<IThings>().PutAsync(new ThingChange(name), ChangedBy.Local);
        await services.GetRequiredService<IPolicyAttachments>().AttachAsync("thing-default", $"thing/{name}", ChangedBy.Local);
        var issued = await services.GetRequiredService<IClientCertificates>().IssueAsync(new CertificateOrder { Thing = name }, ChangedBy.Local);
        return X509Certificate2.CreateFromPem(issued.Certificate, issued.PrivateKey);
    }

    public async Task<JsonElement> PostLocallyAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await _local.PostAsync(path, content);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.IsSuccessStatusCode, Is.True, text);
        return JsonDocument.Parse(text.Length == 0 ? "{}" : text).RootElement.Clone();
    }

    public async Task<string> GetLocallyAsync(string path) => await _local.GetStringAsync(path);

    public async Task<HttpStatusCode> DeleteLocallyAsync(string path)
    {
        using var answer = await _local.DeleteAsync(path);
        return answer.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        _local.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
        _metrics.Dispose();
        _manager.Dispose();
    }
}
