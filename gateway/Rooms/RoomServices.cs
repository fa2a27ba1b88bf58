using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Roost.Gateway.Configuration;
using Roost.Gateway.Http;
using Roost.Gateway.Logging;

namespace Roost.Gateway.Rooms;

/// <summary>Registers every room with the options that were bound for it.</summary>
internal static class RoomServices
{
    public static void AddRooms(IServiceCollection services, RoostConfiguration configuration)
    {
        services.AddLogging();
        services.AddMetrics();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<LogOptions>, LogOptionsValidator>();
        services.AddSingleton<IValidateOptions<HttpOptions>, HttpOptionsValidator>();
        configuration.AddTo(services);
    }
}
