using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Roost.Shadow.Sync;

namespace Roost.Shadow;

public static class ShadowServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="ShadowService"/>, which starts with the host, in the order of registration: add the broker before. Needs an
    /// <see cref="Mqtt.IMqttBroker"/>, a <see cref="TimeProvider"/>, metrics and logging; to sync, also an <see cref="IShadowUpstream"/>.
    /// </summary>
    public static IServiceCollection AddShadows(this IServiceCollection services)
    {
        services.AddOptions<ShadowOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ShadowOptions>, ShadowOptionsValidator>());
        services.TryAddSingleton<ShadowService>();
        services.AddHostedService(provider => provider.GetRequiredService<ShadowService>());
        services.AddOptions<ShadowSyncOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ShadowSyncOptions>, ShadowSyncOptionsValidator>());
        services.TryAddSingleton<ShadowSync>();
        services.TryAddSingleton<IShadowSyncHealth>(provider => provider.GetRequiredService<ShadowSync>());
        services.AddHostedService(provider => provider.GetRequiredService<ShadowSync>());
        return services;
    }
}
