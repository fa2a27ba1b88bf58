using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Roost.Identity.Policies;

/// <summary>What the capability adds to the container.</summary>
internal static class PolicyServices
{
    public static void AddPolicies(this IServiceCollection services)
    {
        services.TryAddSingleton<PolicyStore>();
        services.TryAddSingleton<IPolicyAttachments>(provider => provider.GetRequiredService<PolicyStore>());
        services.AddSingleton<IIdentityPart>(provider => provider.GetRequiredService<PolicyStore>());
        services.TryAddSingleton<PrincipalDirectory>();
        services.TryAddSingleton<IPolicyAuthority, PolicyAuthority>();
    }
}
