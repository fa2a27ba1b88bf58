using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Roost.Identity.Secrets;
using Roost.Identity.Things;

namespace Roost.Identity.Logins;

/// <summary>What the capability adds to the container.</summary>
internal static class LoginServices
{
    public static void AddLogins(this IServiceCollection services)
    {
        services.TryAddSingleton<LoginMetrics>();
        services.TryAddSingleton<GuessingGuard>();
        services.TryAddSingleton<IGuessingGuard>(static provider => provider.GetRequiredService<GuessingGuard>());
        services.TryAddSingleton<FamiliarSourceStore>();
        services.AddSingleton<IIdentityPart>(static provider => provider.GetRequiredService<FamiliarSourceStore>());
        services.TryAddSingleton(SecretsEnvironment.OfProcess());
        services.TryAddSingleton<SealingKeys>();
        services.TryAddSingleton(PasswordHashing.Default);
        services.TryAddSingleton<CredentialChanges>();
        services.TryAddSingleton<Users>();
        services.TryAddSingleton<Tokens>();
        services.TryAddSingleton<AccessKeys>();
        services.TryAddSingleton<IAccessKeys>(provider => provider.GetRequiredService<AccessKeys>());
        services.TryAddSingleton<IPasswordChecks, PasswordChecks>();
        services.TryAddSingleton<ITokenChecks, TokenChecks>();
        services.TryAddSingleton<TokenExpiry>();
        services.TryAddSingleton<LoginPart>();
        services.AddSingleton<IIdentityPart>(static provider => provider.GetRequiredService<LoginPart>());
        services.TryAddSingleton<SecretStore>();
        services.TryAddSingleton<ISecrets>(static provider => provider.GetRequiredService<SecretStore>());
        services.TryAddSingleton<Resealing>();
        services.AddSingleton<IIdentityPart>(static provider => provider.GetRequiredService<Resealing>());
        services.TryAddSingleton<Pairings>();
        services.AddSingleton<IThingEnding>(static provider => provider.GetRequiredService<LoginPart>());
    }
}
