using Microsoft.AspNetCore.Routing;
using Roost.Identity.Audit;
using Roost.Identity.Logins;
using Roost.Identity.Policies;
using Roost.Identity.Provisioning;
using Roost.Identity.Things;

namespace Roost.Identity;

public static class IdentityEndpointRouteBuilderExtensions
{
    /// <summary>Maps Roost's own REST of identity below <c>/api/v1</c>; needs <c>AddIdentity</c>. Who may call it is the caller's business.</summary>
    public static IEndpointRouteBuilder MapIdentity(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapAudit();
        endpoints.MapLogins();
        endpoints.MapThingsAndCertificates();
        endpoints.MapPolicies();
        endpoints.MapProvisioning();
        return endpoints;
    }
}
