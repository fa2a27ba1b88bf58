using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Roost.Storage;

public static class StorageServiceCollectionExtensions
{
    /// <summary>Registers <see cref="StorageMetrics"/>. Logs and stores are opened by the rooms that own them.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton<StorageMetrics>();
        return services;
    }
}
