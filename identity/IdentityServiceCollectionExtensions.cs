using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.Identity.Audit;
using Roost.Identity.Certificates;
using Roost.Identity.Logins;
using Roost.Identity.Mqtt;
using Roost.Identity.Policies;
using Roost.Identity.Provisioning;
using Roost.Identity.Signatures;
using Roost.Identity.Store;
using Roost.Storage.Backups;

namespace Roost.Identity;

public static class IdentityServiceCollectionExtensions
{
    /// <summary>
    /// Adds the room, which starts with the host, in the order of registration: add the broker's core before it and whatever listens after it. Needs a
    /// <see cref="TimeProvider"/>, metrics and logging.
    /// </summary>
    public static IServiceCollection AddIdentity(this IServiceCollection services)
    {
        services.AddOptions<IdentityOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<IdentityOptions>, IdentityOptionsValidator>());
        services.TryAddSingleton<IdentityChanges>();
        services.TryAddSingleton<IdentityDatabase>();
        services.AddAudit();
        services.AddPolicies(); // first: whatever ends while the others start loses its policies
        services.AddThingsAndCertificates();
        services.AddLogins();
        services.AddProvisioning();
        services.TryAddSingleton<IKeyFiles, KeyFiles>();
        services.TryAddSingleton<ISignatureChecks, SignatureChecks>();
        services.AddMqttAccess();
        services.AddSingleton<IBackupPart>(static provider => new IdentityBackup(
            provider.GetRequiredService<IOptions<IdentityOptions>>().Value, provider.GetRequiredService<ILogger<IdentityBackup>>(), provider.GetRequiredService<IdentityDatabase>()));
        services.TryAddSingleton<IIdentityCounts, IdentityCensus>();
        services.TryAddSingleton<IdentityHost>();
        services.AddHostedService(provider => provider.GetRequiredService<IdentityHost>());
        services.AddHostedService(provider => provider.GetRequiredService<CertificateKeeper>()); // behind what opens the database
        services.AddHostedService<RenewalTopic>();
        return services;
    }
}
