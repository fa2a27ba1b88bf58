using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Roost.Identity.Provisioning;

internal static class ProvisioningServices
{
    /// <summary>After things, certificates and policies. Needs the broker; without an <see cref="IProvisioningHook"/> templates that have a hook provision nobody.</summary>
    public static void AddProvisioning(this IServiceCollection services)
    {
        services.TryAddSingleton<OwnershipStore>();
        services.TryAddSingleton<ProvisioningHooks>();
        services.TryAddSingleton<ProvisioningEndpoint>();
        services.AddPart<TemplateStore>();
        services.TryAddSingleton<ITemplateHooks>(static provider => provider.GetRequiredService<TemplateStore>());
        services.AddPart<Provisioner>();
        services.AddPart<ProvisioningReader>();
    }

    private static void AddPart<T>(this IServiceCollection services)
        where T : class, IIdentityPart
    {
        services.TryAddSingleton<T>();
        services.AddSingleton<IIdentityPart>(static provider => provider.GetRequiredService<T>());
    }
}
