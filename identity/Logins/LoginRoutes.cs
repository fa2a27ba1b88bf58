using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Roost.Identity.Secrets;

namespace Roost.Identity.Logins;

/// <summary>Where the capability is reached.</summary>
internal static class LoginRoutes
{
    public static void MapLogins(this IEndpointRouteBuilder endpoints)
    {
        var users = ActivatorUtilities.CreateInstance<UserEndpoints>(endpoints.ServiceProvider);
        endpoints.MapGet("/api/v1/users", users.ListAsync);
        endpoints.MapPost("/api/v1/users", users.AddAsync);
        endpoints.MapGet("/api/v1/users/{name}", users.GetAsync);
        endpoints.MapPut("/api/v1/users/{name}/password", users.SetPasswordAsync);
        endpoints.MapDelete("/api/v1/users/{name}/locks", users.UnlockAsync);
        endpoints.MapDelete("/api/v1/users/{name}", users.DeleteAsync);

        var tokens = ActivatorUtilities.CreateInstance<TokenEndpoints>(endpoints.ServiceProvider);
        endpoints.MapGet("/api/v1/tokens", tokens.ListAsync);
        endpoints.MapPost("/api/v1/tokens", tokens.CreateAsync);
        endpoints.MapGet("/api/v1/tokens/{id}", tokens.GetAsync);
        endpoints.MapDelete("/api/v1/tokens/{id}", tokens.RevokeAsync);

        var keys = ActivatorUtilities.CreateInstance<AccessKeyEndpoints>(endpoints.ServiceProvider);
        endpoints.MapGet("/api/v1/access-keys", keys.ListAsync);
        endpoints.MapPost("/api/v1/access-keys", keys.CreateAsync);
        endpoints.MapPost("/api/v1/access-keys/{id}/activate", keys.ActivateAsync);
        endpoints.MapPost("/api/v1/access-keys/{id}/deactivate", keys.DeactivateAsync);
        endpoints.MapDelete("/api/v1/access-keys/{id}", keys.DeleteAsync);

        var pairings = ActivatorUtilities.CreateInstance<PairingEndpoints>(endpoints.ServiceProvider);
        endpoints.MapGet("/api/v1/pairings", pairings.ListAsync);
        endpoints.MapPost("/api/v1/pairings", pairings.BeginAsync);
        endpoints.MapPost("/api/v1/pairings/redeem", pairings.RedeemAsync);
        endpoints.MapDelete("/api/v1/pairings/{id}", pairings.CancelAsync);

        var secrets = ActivatorUtilities.CreateInstance<SecretEndpoints>(endpoints.ServiceProvider);
        endpoints.MapGet("/api/v1/secrets", secrets.ListAsync);
        endpoints.MapPut("/api/v1/secrets/{name}", secrets.SetAsync);
        endpoints.MapPost("/api/v1/secrets/{name}/reveal", secrets.RevealAsync);
        endpoints.MapDelete("/api/v1/secrets/{name}", secrets.DeleteAsync);
        endpoints.MapPost("/api/v1/secrets-key/rotate", secrets.RotateAsync);
    }
}
