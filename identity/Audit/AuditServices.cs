using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Roost.Identity.Audit;

internal static class AuditServices
{
    /// <summary>Before every other part of the room: they record what they do when they start.</summary>
    public static void AddAudit(this IServiceCollection services)
    {
        services.AddOptions<AuditOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AuditOptions>, AuditOptionsValidator>());
        services.TryAddSingleton<AuditMetrics>();
        services.TryAddSingleton<AuditTrail>();
        services.TryAddSingleton<AuditEndpoint>();
        services.TryAddSingleton<IAuditTrail>(provider => provider.GetRequiredService<AuditTrail>());
        services.TryAddSingleton<IAuditStorage>(provider => provider.GetRequiredService<AuditTrail>());
        services.AddSingleton<IIdentityPart>(provider => provider.GetRequiredService<AuditTrail>());
    }
}
