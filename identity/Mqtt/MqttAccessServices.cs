using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Roost.Mqtt;

namespace Roost.Identity.Mqtt;

internal static class MqttAccessServices
{
    /// <summary>The broker's hooks. They work where the container has a <see cref="MqttBroker"/>.</summary>
    public static void AddMqttAccess(this IServiceCollection services)
    {
        services.TryAddSingleton<ConnectMetrics>();
        services.TryAddSingleton<ConnectionRegister>();
        services.TryAddSingleton<ITlsSource, GatewayTlsSource>();
        services.TryAddSingleton<IClientAuthenticator, ClientGate>();
        services.AddSingleton<IConnectionObserver>(static provider => provider.GetRequiredService<ConnectionRegister>());
        services.AddSingleton<IConnectionObserver, ConnectionAudit>();
        services.TryAddSingleton(static provider => new LiveConnections(
            provider.GetService<MqttBroker>(), provider.GetRequiredService<ConnectionRegister>(), provider.GetRequiredService<IPolicyAuthority>(), provider.GetRequiredService<IGatewayTls>(),
            provider.GetRequiredService<IdentityChanges>(), provider.GetRequiredService<ConnectMetrics>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IIdentityPart>(static provider => provider.GetRequiredService<LiveConnections>());
    }
}
