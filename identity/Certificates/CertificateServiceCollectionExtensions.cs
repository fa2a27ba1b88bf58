using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Roost.Identity.Things;
using Roost.Storage;

namespace Roost.Identity.Certificates;

internal static class CertificateServiceCollectionExtensions
{
    /// <summary>Things and their certificates. Their parts start in this order: each needs those before it.</summary>
    public static void AddThingsAndCertificates(this IServiceCollection services)
    {
        services.AddOptions<IdentityCertificateOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<IdentityCertificateOptions>, IdentityCertificateOptionsValidator>());
        services.TryAddSingleton(MachineTime.Shared);
        services.AddPart<TrustedTime>();
        services.AddPart<ThingRegistry>();
        services.AddPart<AuthorityStore>();
        services.AddPart<GatewayAuthority>();
        services.TryAddSingleton<ClientAuthorities>();
        services.AddPart<ClientCertificates>();
        services.AddPart<ServerCertificate>();
        services.TryAddSingleton<CertificateEvents>();
        services.TryAddSingleton<JustInTimeRegistration>();
        services.TryAddSingleton<CertificateChecks>();
        services.TryAddSingleton<TrustedAuthorities>();
        services.AddSingleton<ICredentialExpiries, CertificateExpiries>();
        services.TryAddSingleton<IExpiringCredentials, ExpiringCredentials>();
        services.TryAddSingleton<CertificateKeeper>();
        services.TryAddSingleton<ThingOnboarding>();
        services.TryAddSingleton<ThingEndpoint>();
        services.TryAddSingleton<GroupEndpoint>();
        services.TryAddSingleton<CertificateEndpoint>();
        services.TryAddSingleton<AuthorityEndpoint>();
        services.TryAddSingleton<IThingRegistry>(static provider => provider.GetRequiredService<ThingRegistry>());
        services.TryAddSingleton<IThings>(static provider => provider.GetRequiredService<ThingRegistry>());
        services.AddSingleton<IThingEnding>(static provider => provider.GetRequiredService<ClientCertificates>());
        services.TryAddSingleton<IClientCertificates>(static provider => provider.GetRequiredService<ClientCertificates>());
        services.TryAddSingleton<ICertificateChecks>(static provider => provider.GetRequiredService<CertificateChecks>());
        services.TryAddSingleton<IGatewayTls>(static provider => provider.GetRequiredService<ServerCertificate>());
    }

    private static void AddPart<T>(this IServiceCollection services)
        where T : class, IIdentityPart
    {
        services.TryAddSingleton<T>();
        services.AddSingleton<IIdentityPart>(static provider => provider.GetRequiredService<T>());
    }
}
