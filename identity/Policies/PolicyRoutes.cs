using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Roost.Identity.Policies;

/// <summary>Where the capability is reached.</summary>
internal static class PolicyRoutes
{
    private const string Path = "/api/v1/policies";

    public static void MapPolicies(this IEndpointRouteBuilder endpoints)
    {
        var policies = ActivatorUtilities.CreateInstance<PolicyEndpoints>(endpoints.ServiceProvider);
        endpoints.MapGet(Path, policies.ListAsync);
        endpoints.MapPost(Path, policies.CreateAsync);
        endpoints.MapPost($"{Path}/validate", PolicyEndpoints.ValidateAsync);
        endpoints.MapPost($"{Path}/check", policies.CheckAsync);
        endpoints.MapGet($"{Path}/{{name}}", policies.GetAsync);
        endpoints.MapPut($"{Path}/{{name}}", policies.UpdateAsync);
        endpoints.MapDelete($"{Path}/{{name}}", policies.DeleteAsync);
        endpoints.MapGet($"{Path}/{{name}}/targets", policies.TargetsAsync);
        endpoints.MapPut($"{Path}/{{name}}/targets", policies.AttachAsync);
        endpoints.MapDelete($"{Path}/{{name}}/targets", policies.DetachAsync);
    }
}
