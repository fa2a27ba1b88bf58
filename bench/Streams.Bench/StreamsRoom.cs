using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Roost.Streams.Bench;

/// <summary>The room by itself, with one stream.</summary>
internal sealed class StreamsRoom : IAsyncDisposable
{
    private readonly ServiceProvider _provider;

    private StreamsRoom(ServiceProvider provider) => _provider = provider;

    public RecordStream Stream => _provider.GetRequiredService<IStreamCatalog>().Get(StreamName.Parse("bench"));

    public IStreamExports Exports => _provider.GetRequiredService<IStreamExports>();

    public static async Task<StreamsRoom> StartAsync(string folder, Action<CloudMqttOptions>? mqtt = null, params ExportOptions[] exports)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.Configure<StreamsOptions>(options => options["bench"] = new StreamOptions { Retention = new StreamRetentionOptions { Bytes = 4L * 1024 * 1024 * 1024 } });
        services.Configure<CloudMqttOptions>(options => mqtt?.Invoke(options));
        services.Configure<CloudOptions>(options => exports.ToList().ForEach(options.Exports.Add));
        services.AddStreams(folder);
        var room = new StreamsRoom(services.BuildServiceProvider());
        foreach (var service in room._provider.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
        }

        return room;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _provider.GetServices<IHostedService>())
        {
            await service.StopAsync(CancellationToken.None);
        }

        await _provider.DisposeAsync();
    }
}
