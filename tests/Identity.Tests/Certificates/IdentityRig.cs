using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Roost.Identity.Certificates;
using Roost.Identity.Policies;
using Roost.Identity.Store;
using Roost.Identity.Tests.Logins;
using Roost.Mqtt;
using Roost.Storage;
using Roost.Tests.Support;

namespace Roost.Identity.Tests.Certificates;

/// <summary>The room as the daemon composes it, in a folder of its own, with a clock that the test moves.</summary>
internal sealed class IdentityRig : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Action<IServiceCollection>? _configure;
    private ServiceProvider? _services;

    private IdentityRig(Action<IServiceCollection>? configure) => _configure = configure;

    public ManualTimeProvider Clock { get; } = new();

    public SettableMachineTime Machine { get; } = new();

    public RecordedAudit Audit { get; } = new();

    public RecordedBroker Broker { get; } = new();

    public List<IdentityChange> Told { get; } = [];

    public string Folder => _folder["identity"];

    public IThings Things => Get<IThings>();

    public IClientCertificates Certificates => Get<IClientCertificates>();

    public ICertificateChecks Checks => Get<ICertificateChecks>();

    public static async Task<IdentityRig> StartAsync(Action<IServiceCollection>? configure = null)
    {
        var rig = new IdentityRig(configure);
        rig.Clock.SetUtcNow(new DateTimeOffset(2027, 3, 1, 0, 0, 0, TimeSpan.Zero));
        try
        {
            await rig.StartAsync();
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }

        return rig;
    }

    public T Get<T>()
        where T : notnull => _services!.GetRequiredService<T>();

    /// <summary>As the daemon stops and starts again.</summary>
    public async Task RestartAsync(Action? meanwhile = null)
    {
        await StopAsync();
        meanwhile?.Invoke();
        await StartAsync();
    }

    public async Task StopAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
            _services = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private async Task StartAsync()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMetrics();
        services.AddSingleton<TimeProvider>(Clock);
        services.AddSingleton<MachineTime>(Machine);
        services.AddSingleton<IAuditTrail>(Audit);
        services.Configure<IdentityOptions>(options => options.Folder = Folder);
        services.TryAddSingleton<IdentityDatabase>();
        services.TryAddSingleton<IdentityChanges>();
        services.AddSingleton<IMqttBroker>(Broker);
        services.AddThingsAndCertificates();
        services.AddPolicies();
        _configure?.Invoke(services);
        _services = services.BuildServiceProvider();
        Get<IdentityChanges>().Subscribe(change =>
        {
            Told.Add(change);
            return Task.CompletedTask;
        });
        await Get<IdentityDatabase>().OpenAsync();
        foreach (var part in _services.GetServices<IIdentityPart>())
        {
            await part.StartAsync(default);
        }
    }
}
