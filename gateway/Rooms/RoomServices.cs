using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.Gateway.Audit;
using Roost.Gateway.Backups;
using Roost.Gateway.Clients;
using Roost.Gateway.Cloud;
using Roost.Gateway.Configuration;
using Roost.Gateway.Disks;
using Roost.Gateway.Functions;
using Roost.Gateway.Health;
using Roost.Gateway.Hosting;
using Roost.Gateway.Http;
using Roost.Gateway.Logging;
using Roost.Gateway.Routing;
using Roost.Hardware;
using Roost.Identity;
using Roost.LocalLambda;
using Roost.Mqtt;
using Roost.Shadow;
using Roost.Storage;
using Roost.Storage.Backups;
using Roost.Storage.Devices;
using Roost.Streams;

namespace Roost.Gateway.Rooms;

/// <summary>
/// Registers every room with the options that were bound for it. Hosted services start in this order and stop in the reverse one:
/// the broker's core first, its listeners last.
/// </summary>
internal static class RoomServices
{
    public static void AddRooms(IServiceCollection services, RoostConfiguration configuration)
    {
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<LogOptions>, LogOptionsValidator>();
        services.AddSingleton<IValidateOptions<HttpOptions>, HttpOptionsValidator>();
        services.AddSingleton<IValidateOptions<MqttOptions>, OpenListenerValidator>();
        services.AddSingleton<IValidateOptions<GatewayOptions>, RoutesValidator>();
        configuration.AddTo(services);

        services.AddStorage();
        services.AddMqttBroker();
        services.AddSingleton<BrokerHost>();
        services.AddSingleton<ILivenessProbe>(provider => provider.GetRequiredService<BrokerHost>());
        services.AddSingleton<IHealthSource>(provider => provider.GetRequiredService<BrokerHost>());
        services.AddHostedService(provider => provider.GetRequiredService<BrokerHost>());
        services.AddSingleton<IProvisioningHook, ProvisioningHook>();
        services.AddSingleton<INamesInUse, NamesInUse>();
        services.AddIdentity();
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<ConfigurationRecord>(provider, configuration));

        services.AddSingleton<IValidateOptions<ShadowSyncOptions>, ShadowSyncUplinkValidator>();
        services.AddSingleton<IShadowUpstream, ShadowUpstream>();
        services.AddShadows();
        services.AddSingleton<IBackupPart>(provider => new ShadowBackup(
            provider.GetRequiredService<IOptions<ShadowOptions>>().Value, provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ShadowBackup>>(), provider.GetRequiredService<ShadowService>()));
        services.AddSingleton<BackupMetrics>();
        services.AddSingleton(provider => new BackupMaker(
            configuration.DataFolder, provider.GetServices<IBackupPart>(), provider.GetRequiredService<TimeProvider>()));
        services.AddAdoptedStream(StreamName.Parse("$shadows"), provider => provider.GetRequiredService<ShadowService>().Journal);
        services.AddAdoptedStream(StreamName.Parse("$audit"), provider => provider.GetRequiredService<IAuditStorage>().Log);
        services.AddAdoptedStream(StreamName.Parse("$functions"), provider => provider.GetRequiredService<FunctionHost>().LogStream);
        services.AddSingleton<IFunctionStreams, FunctionStreams>();
        services.AddSingleton<IStreamConsumers, FunctionConsumers>();
        services.AddSingleton<IFunctionGateway, FunctionGateway>();
        services.AddSingleton<ICallerRights, FunctionCallerRights>();
        services.AddSingleton<IFunctionTies, FunctionTies>();
        services.AddSingleton<IFunctionListeners, FunctionListeners>();
        services.AddSingleton<ICloudLink, CloudLink>();
        services.AddSingleton<IFunctionSecrets, FunctionSecrets>();
        services.AddSingleton<IStreamSecrets, CloudSecrets>();
        services.AddSingleton<ISecretUsers, SecretUsers>();
        services.AddFunctions();
        services.AddHostedService(provider => provider.GetRequiredService<FunctionDeadLetters>());
        services.AddAdoptedStream(StreamName.Parse("$functions-dead"), provider => provider.GetRequiredService<FunctionDeadLetters>().Log);
        services.AddStreams(Path.Combine(configuration.DataFolder, "streams"));
        services.AddHostedService(provider => provider.GetRequiredService<FunctionHost>());
        services.AddSingleton<IHealthSource>(new DiskHealth(configuration));
        services.AddSingleton<IValidateOptions<SdCardOptions>, SdCardValidator>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<DiskWatch>(provider, configuration, SystemFolders.Machine));
        services.AddHostedService(provider => provider.GetRequiredService<DiskWatch>());
        services.AddSingleton<IHealthSource, AuditHealth>();
        services.AddSingleton<IHealthSource, IdentityHealth>();
        services.AddSingleton<IHealthSource, ShadowHealth>();
        services.AddSingleton<IHealthSource, StreamHealth>();
        services.AddSingleton<IHealthSource, CloudHealth>();
        services.AddSingleton<IHealthSource, FunctionHealth>();

        services.AddSingleton<RouteMetrics>();
        services.AddSingleton<RouteTable>();
        services.AddSingleton<IHealthSource>(provider => provider.GetRequiredService<RouteTable>());
        services.AddHostedService(provider => provider.GetRequiredService<RouteTable>());

        // Like clients that send messages: after all their readers, and gone before them.
        services.AddHardware();
        services.AddSingleton<IHealthSource, HardwareHealth>();
        services.AddCloudBridge(Path.Combine(configuration.DataFolder, "bridge"));
        services.AddSingleton<CloudPresence>();
        services.AddHostedService(provider => provider.GetRequiredService<CloudPresence>());

        services.AddSingleton<ListenerHost>();
        services.AddHostedService(provider => provider.GetRequiredService<ListenerHost>());
    }
}
