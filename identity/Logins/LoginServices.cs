using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Roost.Identity.Logins;

/// <summary>What the capability adds to the container.</summary>
internal static class LoginServices
{
    public static void AddLogins(this IServiceCollection services)
    {
        services.TryAddSingleton<LoginMetrics>();
        services.TryAddSingleton<IGuessingGuard, GuessingGuard>();
    }
}
