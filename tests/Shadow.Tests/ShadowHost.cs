using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Roost.Mqtt;
using Roost.Shadow.Tests.Mqtt;
using Roost.Tests.Support;

namespace Roost.Shadow.Tests;

/// <summary>The whole room in a folder of its own, on a broker reduced to routing.</summary>
internal sealed class ShadowHost : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public LoopbackBroker Broker { get; } = new();

    public ManualTimeProvider Clock { get; } = new();

    public ShadowOptions Options { get; } = new();

    public ShadowService Service { get; private set; } = null!;

    public string Folder => _folder.Path;

    public long Now => Clock.GetUtcNow().ToUnixTimeSeconds();

    public static async Task<ShadowHost> StartAsync(Action<ShadowOptions>? configure = null, Action<ShadowHost>? beforeStart = null)
    {
        var host = new ShadowHost();
        host.Options.Folder = host.Folder;
        configure?.Invoke(host.Options);
        await host.StartServiceAsync(beforeStart);
        return host;
    }

    public async Task RestartAsync(Action<ShadowHost>? beforeStart = null)
    {
        await Service.StopAsync(CancellationToken.None);
        await StartServiceAsync(beforeStart);
    }

    public ShadowService Create(IMqttBroker broker) => new(
        broker, Microsoft.Extensions.Options.Options.Create(Options), Clock, _meters.GetRequiredService<IMeterFactory>(), NullLogger<ShadowService>.Instance);

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await _meters.DisposeAsync();
        _folder.Dispose();
    }

    private Task StartServiceAsync(Action<ShadowHost>? beforeStart)
    {
        Service = Create(Broker);
        beforeStart?.Invoke(this);
        return Service.StartAsync(CancellationToken.None);
    }
}
