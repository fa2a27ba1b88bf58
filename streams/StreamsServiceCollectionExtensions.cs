using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Roost.Mqtt;
using Roost.Storage;
using Roost.Storage.Logs;
using Roost.Streams.Bridge;
using Roost.Streams.Catalog;
using Roost.Streams.Configuration;
using Roost.Streams.Credentials;
using Roost.Streams.Cursors;
using Roost.Streams.Export;
using Roost.Streams.Export.Files;
using Roost.Streams.Export.S3;
using Roost.Streams.Export.Targets;
using Roost.Streams.Export.Web;
using Roost.Streams.Hosting;
using Roost.Streams.Imports;
using Roost.Streams.Space;
using Roost.Streams.Signing;
using Roost.Streams.Upstream;

namespace Roost.Streams;

public static class StreamsServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="IStreamCatalog"/>, <see cref="IUplink"/>, <see cref="IStreamExports"/> and the hosted service that opens and
    /// closes them. Register it before whatever appends to streams: hosted services stop in the reverse order.
    /// </summary>
    /// <param name="services">Where to register; options come from there too.</param>
    /// <param name="folder">Holds a folder for each stream.</param>
    public static IServiceCollection AddStreams(this IServiceCollection services, string folder)
    {
        services.AddStorage();
        services.AddOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<StreamsOptions>, StreamsValidator>();
        services.AddSingleton<IValidateOptions<CloudMqttOptions>, CloudMqttValidator>();
        services.AddSingleton<IValidateOptions<CloudS3Options>, CloudS3Validator>();
        services.AddSingleton<IValidateOptions<CloudOptions>, CloudValidator>();
        services.AddSingleton<IValidateOptions<CloudOptions>, BridgeValidator>();
        services.AddSingleton<StreamMetrics>();
        services.AddSingleton(new StreamsFolder(folder));
        services.TryAddSingleton(new ExportTuning());
        services.AddSingleton<StreamCatalog>();
        services.AddSingleton<IStreamCatalog>(provider => provider.GetRequiredService<StreamCatalog>());
        services.TryAddSingleton<IStreamSecrets, NoStreamSecrets>();
        services.AddSingleton<IStreamSecretUses, SecretUses>();
        services.AddSingleton<UplinkClientOptions>();
        services.AddSingleton<Uplink>();
        services.AddSingleton<IUplink>(provider => provider.GetRequiredService<Uplink>());
        services.AddSingleton(new GatewayIdentity(folder));
        services.AddSingleton<StreamImport>();
        services.AddSingleton<IExportTargetFactory, HttpTargetFactory>();
        services.AddSingleton<IExportTargetFactory, FileTargetFactory>();
        services.AddSingleton<IExportTargetFactory, S3TargetFactory>();
        services.AddSingleton<ExportRegistry>();
        services.AddSingleton<IStreamExports>(provider => provider.GetRequiredService<ExportRegistry>());
        services.AddSingleton<ConsumerList>();
        services.AddSingleton<ConsumedSpace>();
        services.AddSingleton<IValidateOptions<StreamStorageOptions>, StreamStorageValidator>();
        services.AddSingleton<StreamSpace>();
        services.AddSingleton<IStreamStorage>(provider => provider.GetRequiredService<StreamSpace>());
        services.AddHostedService<StreamsService>();
        return services;
    }

    /// <summary>
    /// Registers the bridge of topics, and the hosted service that runs it. Register it after <see cref="AddStreams"/> and after all hosted services that
    /// read messages, as those from the cloud come from its start on; it needs an <see cref="IMqttBroker"/> whose core has started before.
    /// </summary>
    /// <param name="services">Where to register.</param>
    /// <param name="folder">Holds a folder for the queue of each entry.</param>
    public static IServiceCollection AddCloudBridge(this IServiceCollection services, string folder)
    {
        services.AddSingleton(new BridgeFolder(folder));
        services.AddSingleton<BridgeRoutes>();
        services.AddSingleton<EchoFilters>();
        services.AddSingleton<BridgeInlet>();
        services.AddSingleton<BridgeMetrics>();
        services.AddSingleton<CloudBridge>();
        services.AddSingleton<ICloudBridge>(static provider => provider.GetRequiredService<CloudBridge>());
        services.AddHostedService(static provider => provider.GetRequiredService<CloudBridge>());
        return services;
    }

    /// <summary>Shows a log of another room as stream <paramref name="name"/>. The hosted service that opens the log comes before this room's, so that it closes it after.</summary>
    /// <param name="services">Where to register.</param>
    /// <param name="name">Begins with <c>$</c>.</param>
    /// <param name="log">Asked once, when the streams start.</param>
    public static IServiceCollection AddAdoptedStream(this IServiceCollection services, StreamName name, Func<IServiceProvider, AppendLog?> log) =>
        services.AddSingleton(provider => new AdoptedStream(name, () => log(provider)));
}
