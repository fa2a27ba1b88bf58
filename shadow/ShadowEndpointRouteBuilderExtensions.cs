using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Roost.Shadow.Http;
using Roost.Shadow.Requests;

namespace Roost.Shadow;

public static class ShadowEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps <c>/things/{thing}/shadow</c>, <c>/api/things/shadow/ListNamedShadowsForThing/{thing}</c>, and of Roost's own
    /// <c>/api/v1/things</c>, <c>/api/v1/things/shadow</c>, <c>/api/v1/things/{thing}/shadow/events</c> and <c>/api/v1/shadows/events</c>.
    /// Who may call them is the caller's business.
    /// </summary>
    public static IEndpointRouteBuilder MapShadows(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/v1/shadow-sync", SyncEndpoint.List);
        endpoints.MapGet("/things/{thing}/shadow", ShadowEndpoints.GetAsync).AddEndpointFilter(new RateFilter(ShadowOperation.Get));
        endpoints.MapPost("/things/{thing}/shadow", ShadowEndpoints.UpdateAsync).AddEndpointFilter(new RateFilter(ShadowOperation.Update));
        endpoints.MapDelete("/things/{thing}/shadow", ShadowEndpoints.DeleteAsync).AddEndpointFilter(new RateFilter(ShadowOperation.Delete));
        endpoints.MapMethods("/things/{thing}/shadow", ["PUT", "PATCH", "HEAD"], ShadowEndpoints.MethodNotAllowed);
        endpoints.MapGet("/api/things/shadow/ListNamedShadowsForThing/{thing}", ShadowEndpoints.ListNamedAsync);
        endpoints.MapMethods("/api/things/shadow/ListNamedShadowsForThing/{thing}", ["POST", "PUT", "PATCH", "DELETE", "HEAD"], ShadowEndpoints.MethodNotAllowed);
        endpoints.MapGet("/api/v1/things", ShadowEndpoints.ListThingsAsync);
        endpoints.MapGet("/api/v1/things/{thing}/shadow/history", HistoryEndpoint.GetAsync);
        endpoints.MapPost("/api/v1/shadows/check", async (HttpContext context, ShadowService shadows) => Results.Json(await shadows.CheckAsync(context.RequestAborted), ListingJson.Options));
        endpoints.MapPost("/api/v1/things/shadow", BulkEndpoint.UpdateAsync);
        endpoints.MapGet("/api/v1/things/{thing}/shadow/events", EventsEndpoint.OfThingAsync);
        endpoints.MapGet("/api/v1/shadows/events", EventsEndpoint.OfFleetAsync);
        return endpoints;
    }
}
