using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Roost.Storage;

namespace Roost.Mqtt;

public static class MqttServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="MqttBroker"/>, also as <see cref="IMqttBroker"/>, and the validator of <see cref="MqttOptions"/>. The options
    /// are the caller's to bind. Whoever composes the daemon starts the broker, opens its listeners last and stops it.
    /// </summary>
    public static IServiceCollection AddMqttBroker(this IServiceCollection services)
    {
        services.AddStorage();
        services.AddOptions<MqttOptions>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MqttOptions>, MqttOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<MqttMetrics>();
        services.TryAddSingleton<MqttBroker>();
        services.TryAddSingleton<IMqttBroker>(static provider => provider.GetRequiredService<MqttBroker>());
        return services;
    }
}
