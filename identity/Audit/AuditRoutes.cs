using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Roost.Identity.Audit;

internal static class AuditRoutes
{
    public static void MapAudit(this IEndpointRouteBuilder endpoints)
    {
        var audit = endpoints.ServiceProvider.GetRequiredService<AuditEndpoint>();
        endpoints.MapGet("/api/v1/audit", audit.ListAsync);
        endpoints.MapGet("/api/v1/audit/verify", audit.VerifyAsync);
        endpoints.MapGet("/api/v1/audit/key", audit.KeyAsync);
    }
}
