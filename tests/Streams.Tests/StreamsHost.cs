using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Roost.Streams.Export;

namespace Roost.Streams.Tests;

/// <summary>The room by itself, as the daemon runs it: hosted service and Kestrel on loopback.</summary>
internal sealed class StreamsHost : IAsyncDisposable
{
    private readonly WebApplication _application;

    private StreamsHost(WebApplication application) => _application = application;

    /// <summary>Everything sooner than for an operator.</summary>
    public static ExportTuning Tuning { get; } = new() { MaxAttempts = 3, HaltPeriod = TimeSpan.FromMilliseconds(50), MissingPeriod = TimeSpan.FromMilliseconds(50), TrialHold = TimeSpan.FromMilliseconds(500) };

    public IStreamCatalog Catalog => _application.Services.GetRequiredService<IStreamCatalog>();

    public IStreamExports Exports => _application.Services.GetRequiredService<IStreamExports>();

    public T Service<T>()
        where T : notnull => _application.Services.GetRequiredService<T>();

    public IUplink Uplink => _application.Services.GetRequiredService<IUplink>();

    public HttpClient Http { get; private set; } = null!;

    public static Task<StreamsHost> StartAsync(string folder, params string[] streams) =>
        StartAsync(folder, options => streams.ToList().ForEach(stream => options[stream] = new StreamOptions()));

    public static Task<StreamsHost> StartAsync(
        string folder, Action<StreamsOptions> streams, Action<CloudMqttOptions>? mqtt = null, params ExportOptions[] exports) =>
        StartAsync(folder, _ => { }, streams, mqtt, exports);

    public static async Task<StreamsHost> StartAsync(
        string folder, Action<IServiceCollection> services, Action<StreamsOptions> streams, Action<CloudMqttOptions>? mqtt, params ExportOptions[] exports)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Services.AddMetrics();
        builder.Services.AddLogging();
        builder.Services.Configure(streams);
        builder.Services.Configure<CloudMqttOptions>(options => mqtt?.Invoke(options));
        builder.Services.Configure<CloudOptions>(options => exports.ToList().ForEach(options.Exports.Add));
        builder.Services.AddSingleton(Tuning);
        services(builder.Services);
        builder.Services.AddStreams(folder);
        var application = builder.Build();
        application.UseRouting();
        application.MapStreams();
        await application.StartAsync();
        return new StreamsHost(application) { Http = new HttpClient { BaseAddress = new Uri(application.Urls.Single()) } };
    }

    public async Task AppendNumberedAsync(string stream, int first, int count)
    {
        var records = Enumerable.Range(first, count).Select(number => Some.Record(number)).ToList();
        await Catalog.Get(StreamName.Parse(stream)).AppendAsync(records);
    }

    public ExportStatus Export(string stream) => Exports.List().Single(export => export.Stream.Value == stream);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _application.StopAsync();
        await _application.DisposeAsync();
    }
}
