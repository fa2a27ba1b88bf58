using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Roost.Identity.Provisioning;

internal static class ProvisioningRoutes
{
    public static void MapProvisioning(this IEndpointRouteBuilder endpoints)
    {
        var templates = endpoints.ServiceProvider.GetRequiredService<ProvisioningEndpoint>();
        endpoints.MapGet("/api/v1/provisioning-templates", templates.ListAsync);
        endpoints.MapGet("/api/v1/provisioning-templates/{name}", templates.GetAsync);
        endpoints.MapPut("/api/v1/provisioning-templates/{name}", templates.PutAsync);
        endpoints.MapPatch("/api/v1/provisioning-templates/{name}", templates.PatchAsync);
        endpoints.MapDelete("/api/v1/provisioning-templates/{name}", templates.DeleteAsync);
        endpoints.MapGet("/api/v1/provisioning-templates/{name}/claims", templates.ListClaimsAsync);
        endpoints.MapPost("/api/v1/provisioning-templates/{name}/claims", templates.ClaimAsync);
    }
}
