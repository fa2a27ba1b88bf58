using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.LocalLambda.Output;
using Roost.LocalLambda.Recovery;
using Roost.Mqtt;
using Roost.Storage;

namespace Roost.LocalLambda;

public static class FunctionServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="FunctionHost"/> and, as the same object, <see cref="IFunctionInvoker"/>. Starting and stopping it is the caller's, because the order matters.
    /// Needs an <see cref="IMqttBroker"/>, logging, and <see cref="FunctionOptions"/>; takes an <see cref="IFunctionStreams"/> and an <see cref="ICloudLink"/> where there are, and an
    /// <see cref="IFunctionGateway"/>, which functions with grants reach, and <see cref="IFunctionListeners"/> for those with <c>network: loopback</c>.
    /// </summary>
    public static IServiceCollection AddFunctions(this IServiceCollection services)
    {
        services.AddOptions<FunctionOptions>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FunctionOptions>, FunctionOptionsValidator>());
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Metrics>();
        services.TryAddSingleton(provider => new FoundDamage(provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<FunctionHost>>()));
        services.TryAddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<FunctionOptions>>().Value;
            return LogStore.OpenSound(
                Path.Combine(options.DataFolder, "logs"), options.LogRetentionBytes, options.LogRetentionAge > TimeSpan.Zero ? options.LogRetentionAge : null, provider.GetRequiredService<FoundDamage>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<FunctionHost>>(), provider.GetService<StorageMetrics>());
        });
        services.TryAddSingleton(provider => new FunctionDeadLetters(
            provider.GetRequiredService<IOptions<FunctionOptions>>(),
            provider.GetRequiredService<Metrics>(),
            provider.GetRequiredService<FoundDamage>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.TryAddSingleton(provider => new FunctionHost(
            provider.GetRequiredService<IOptions<FunctionOptions>>(),
            provider.GetRequiredService<IMqttBroker>(),
            provider.GetService<IFunctionStreams>(),
            provider.GetService<ICloudLink>(),
            provider.GetRequiredService<FunctionDeadLetters>(),
            provider.GetService<IFunctionGateway>(),
            provider.GetService<IFunctionListeners>(),
            provider.GetRequiredService<IServiceScopeFactory>(),
            provider.GetRequiredService<LogStore>(),
            provider.GetRequiredService<Metrics>(),
            provider.GetRequiredService<FoundDamage>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()) { Secrets = provider.GetService<IFunctionSecrets>() });
        services.TryAddSingleton<IFunctionInvoker>(provider => provider.GetRequiredService<FunctionHost>());
        services.TryAddSingleton(provider => new FunctionUrls(provider.GetRequiredService<FunctionHost>()));
        return services;
    }
}
