using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Roost.Identity.Certificates;
using Roost.Identity.Logins;
using Roost.Identity.Secrets;
using Roost.Identity.Store;
using Roost.Identity.Tests.Certificates;
using Roost.Identity.Things;
using Roost.Storage;
using Roost.Tests.Support;

namespace Roost.Identity.Tests.Logins;

/// <summary>The logins on a folder of their own, with everything else of the room noted.</summary>
internal sealed class LoginRig : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<IdentityChange> _told = new();
    private ServiceProvider _services = null!;

    public ManualTimeProvider Time { get; } = new();

    public RecordedAudit Audit { get; } = new();

    public IThings Things => Get<IThings>();

    public NotedAttachments Policies { get; } = new();

    /// <summary>What was told to those who hold connections.</summary>
    public IReadOnlyCollection<IdentityChange> Told => _told;

    /// <summary>Few, so that tests are quick.</summary>
    public PasswordHashing Hashing { get; set; } = new(Iterations: 10, AtOnce: 2, MostWaiting: 16);

    public SecretsEnvironment Environment { get; set; } = new(CredentialsDirectory: null);

    public FixedTls Tls { get; }

    public string Folder => _folder["identity"];

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    private LoginRig() => Tls = new FixedTls(_folder["tls"]);

    public static async Task<LoginRig> StartAsync()
    {
        var rig = new LoginRig();
        await rig.OpenAsync();
        return rig;
    }

    /// <summary>As after a restart of the daemon.</summary>
    public async Task ReopenAsync()
    {
        await _services.DisposeAsync();
        await OpenAsync();
    }

    /// <summary>Stops, lets a test do something to the folder, and starts again.</summary>
    public async Task ReopenAfterAsync(Action<string> change)
    {
        await _services.DisposeAsync();
        change(Folder);
        await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }

    private async Task OpenAsync()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddMetrics();
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton<IOptions<IdentityOptions>>(Options.Create(new IdentityOptions { Folder = Folder }));
        services.AddSingleton<IdentityChanges>().AddSingleton<IdentityDatabase>();
        services.AddSingleton<IAuditTrail>(Audit).AddSingleton<IPolicyAttachments>(Policies);
        services.AddSingleton<MachineTime>(new SettableMachineTime());
        services.AddSingleton<TrustedTime>().AddSingleton<IIdentityPart>(provider => provider.GetRequiredService<TrustedTime>());
        services.AddSingleton<ThingRegistry>().AddSingleton<IIdentityPart>(provider => provider.GetRequiredService<ThingRegistry>());
        services.AddSingleton<IThingRegistry>(provider => provider.GetRequiredService<ThingRegistry>()).AddSingleton<IThings>(provider => provider.GetRequiredService<ThingRegistry>());
        services.AddSingleton<IGatewayTls>(Tls).AddSingleton<IClientCertificates>(new NoCertificates(Tls.AuthorityPem));
        services.AddSingleton(Hashing).AddSingleton(Environment);
        services.AddLogins();
        _services = services.BuildServiceProvider();
        await Get<IdentityDatabase>().OpenAsync();
        foreach (var part in _services.GetServices<IIdentityPart>())
        {
            await part.StartAsync(CancellationToken.None);
        }

        Get<IdentityChanges>().Subscribe(change =>
        {
            _told.Enqueue(change);
            return Task.CompletedTask;
        });
    }
}
