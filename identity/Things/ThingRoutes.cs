using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Roost.Identity.Certificates;

namespace Roost.Identity.Things;

/// <summary>The paths of things and their certificates.</summary>
internal static class ThingRoutes
{
    public static void MapThingsAndCertificates(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/v1/registry/things", static (HttpContext context, ThingEndpoint things) => things.ListAsync(context));
        endpoints.MapPost("/api/v1/registry/things", static (HttpContext context, ThingEndpoint things) => things.AddAsync(context));
        endpoints.MapPost("/api/v1/registry/things-check", static (HttpContext context, ThingEndpoint things) => things.CheckAsync(context));
        endpoints.MapGet("/api/v1/registry/things/{thing}", static (HttpContext context, string thing, ThingEndpoint things) => things.GetAsync(context, thing));
        endpoints.MapPatch("/api/v1/registry/things/{thing}", static (HttpContext context, string thing, ThingEndpoint things) => things.UpdateAsync(context, thing));
        endpoints.MapDelete("/api/v1/registry/things/{thing}", static (HttpContext context, string thing, ThingEndpoint things) => things.DeleteAsync(context, thing));

        endpoints.MapGet("/api/v1/registry/groups", static (HttpContext context, GroupEndpoint groups) => groups.ListAsync(context));
        endpoints.MapPost("/api/v1/registry/groups", static (HttpContext context, GroupEndpoint groups) => groups.AddAsync(context));
        endpoints.MapGet("/api/v1/registry/groups/{group}", static (HttpContext context, string group, GroupEndpoint groups) => groups.GetAsync(context, group));
        endpoints.MapDelete("/api/v1/registry/groups/{group}", static (HttpContext context, string group, GroupEndpoint groups) => groups.DeleteAsync(context, group));
        endpoints.MapPut("/api/v1/registry/groups/{group}/things/{thing}", static (HttpContext context, string group, string thing, GroupEndpoint groups) => groups.JoinAsync(context, group, thing));
        endpoints.MapDelete("/api/v1/registry/groups/{group}/things/{thing}", static (HttpContext context, string group, string thing, GroupEndpoint groups) => groups.LeaveAsync(context, group, thing));
        endpoints.MapGet("/api/v1/registry/types", static (HttpContext context, GroupEndpoint groups) => groups.ListTypesAsync(context));
        endpoints.MapPost("/api/v1/registry/types", static (HttpContext context, GroupEndpoint groups) => groups.AddTypeAsync(context));
        endpoints.MapDelete("/api/v1/registry/types/{type}", static (HttpContext context, string type, GroupEndpoint groups) => groups.DeleteTypeAsync(context, type));

        endpoints.MapGet("/api/v1/certificates", static (HttpContext context, CertificateEndpoint certificates) => certificates.ListAsync(context));
        endpoints.MapPost("/api/v1/certificates", static (HttpContext context, CertificateEndpoint certificates) => certificates.IssueAsync(context));
        endpoints.MapPost("/api/v1/certificates/register", static (HttpContext context, CertificateEndpoint certificates) => certificates.RegisterAsync(context));
        endpoints.MapPost("/api/v1/certificates/renew", static (HttpContext context, CertificateEndpoint certificates) => certificates.RenewAsync(context));
        endpoints.MapGet("/api/v1/certificates/{fingerprint}", static (HttpContext context, string fingerprint, CertificateEndpoint certificates) => certificates.GetAsync(context, fingerprint));
        endpoints.MapPatch("/api/v1/certificates/{fingerprint}", static (HttpContext context, string fingerprint, CertificateEndpoint certificates) => certificates.ChangeAsync(context, fingerprint));
        endpoints.MapDelete("/api/v1/certificates/{fingerprint}", static (HttpContext context, string fingerprint, CertificateEndpoint certificates) => certificates.DeleteAsync(context, fingerprint));

        endpoints.MapGet("/api/v1/authorities", static (HttpContext context, AuthorityEndpoint authorities) => authorities.ListAsync(context));
        endpoints.MapPost("/api/v1/authorities", static (HttpContext context, AuthorityEndpoint authorities) => authorities.TrustAsync(context));
        endpoints.MapGet("/api/v1/authorities/own", static (HttpContext context, AuthorityEndpoint authorities) => authorities.GetOwnAsync(context));
        endpoints.MapPost("/api/v1/authorities/own/signing-request", static (HttpContext context, AuthorityEndpoint authorities) => authorities.CreateRequestAsync(context));
        endpoints.MapPut("/api/v1/authorities/own", static (HttpContext context, AuthorityEndpoint authorities) => authorities.InstallAsync(context));
        endpoints.MapDelete("/api/v1/authorities/{fingerprint}", static (HttpContext context, string fingerprint, AuthorityEndpoint authorities) => authorities.DistrustAsync(context, fingerprint));
    }
}
