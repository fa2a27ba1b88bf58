using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Roost.Identity.Certificates;

namespace Roost.Identity.Things;

/// <summary>The paths of things and their certificates.</summary>
internal static class ThingRoutes
{
    public static void MapThingsAndCertificates(this IEndpointRouteBuilder endpoints)
    {
        var things = endpoints.ServiceProvider.GetRequiredService<ThingEndpoint>();
        endpoints.MapGet("/api/v1/registry/things", things.ListAsync);
        endpoints.MapPost("/api/v1/registry/things", things.AddAsync);
        endpoints.MapPost("/api/v1/registry/things-check", things.CheckAsync);
        endpoints.MapGet("/api/v1/registry/things/{thing}", context => things.GetAsync(context, Named(context, "thing")));
        endpoints.MapPatch("/api/v1/registry/things/{thing}", context => things.UpdateAsync(context, Named(context, "thing")));
        endpoints.MapDelete("/api/v1/registry/things/{thing}", context => things.DeleteAsync(context, Named(context, "thing")));

        var groups = endpoints.ServiceProvider.GetRequiredService<GroupEndpoint>();
        endpoints.MapGet("/api/v1/registry/groups", groups.ListAsync);
        endpoints.MapPost("/api/v1/registry/groups", groups.AddAsync);
        endpoints.MapGet("/api/v1/registry/groups/{group}", context => groups.GetAsync(context, Named(context, "group")));
        endpoints.MapDelete("/api/v1/registry/groups/{group}", context => groups.DeleteAsync(context, Named(context, "group")));
        endpoints.MapPut("/api/v1/registry/groups/{group}/things/{thing}", context => groups.JoinAsync(context, Named(context, "group"), Named(context, "thing")));
        endpoints.MapDelete("/api/v1/registry/groups/{group}/things/{thing}", context => groups.LeaveAsync(context, Named(context, "group"), Named(context, "thing")));
        endpoints.MapGet("/api/v1/registry/types", groups.ListTypesAsync);
        endpoints.MapPost("/api/v1/registry/types", groups.AddTypeAsync);
        endpoints.MapDelete("/api/v1/registry/types/{type}", context => groups.DeleteTypeAsync(context, Named(context, "type")));

        var certificates = endpoints.ServiceProvider.GetRequiredService<CertificateEndpoint>();
        endpoints.MapGet("/api/v1/certificates", certificates.ListAsync);
        endpoints.MapPost("/api/v1/certificates", certificates.IssueAsync);
        endpoints.MapPost("/api/v1/certificates/register", certificates.RegisterAsync);
        endpoints.MapPost("/api/v1/certificates/renew", certificates.RenewAsync);
        endpoints.MapGet("/api/v1/certificates/{fingerprint}", context => certificates.GetAsync(context, Named(context, "fingerprint")));
        endpoints.MapPatch("/api/v1/certificates/{fingerprint}", context => certificates.ChangeAsync(context, Named(context, "fingerprint")));
        endpoints.MapDelete("/api/v1/certificates/{fingerprint}", context => certificates.DeleteAsync(context, Named(context, "fingerprint")));

        var authorities = endpoints.ServiceProvider.GetRequiredService<AuthorityEndpoint>();
        endpoints.MapGet("/api/v1/authorities", authorities.ListAsync);
        endpoints.MapPost("/api/v1/authorities", authorities.TrustAsync);
        endpoints.MapGet("/api/v1/authorities/own", authorities.GetOwnAsync);
        endpoints.MapPost("/api/v1/authorities/own/signing-request", authorities.CreateRequestAsync);
        endpoints.MapPut("/api/v1/authorities/own", authorities.InstallAsync);
        endpoints.MapDelete("/api/v1/authorities/{fingerprint}", context => authorities.DistrustAsync(context, Named(context, "fingerprint")));
    }

    private static string Named(HttpContext context, string part) => (string)context.GetRouteValue(part)!;
}
