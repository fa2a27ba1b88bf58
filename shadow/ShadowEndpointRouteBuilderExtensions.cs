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
        endpoints.MapGet("/api/v1/shadow-sync", SyncEndpoint.List).AddEndpointFilter(new KnownParameters("thing", "state", "pageSize", "nextToken"));
        endpoints.MapPost("/api/v1/shadow-sync/accept-deletions", SyncEndpoint.AcceptDeletionsAsync).AddEndpointFilter(new KnownParameters("thing"));
        endpoints.MapPost("/api/v1/shadow-sync/put-back", SyncEndpoint.PutBackAsync).AddEndpointFilter(new KnownParameters("thing"));
        endpoints.MapThingShadows();
        endpoints.MapMethods("/things/{thing}/shadow", ["PUT", "PATCH", "HEAD"], ShadowEndpoints.MethodNotAllowed);
        endpoints.MapMethods("/api/things/shadow/ListNamedShadowsForThing/{thing}", ["POST", "PUT", "PATCH", "DELETE", "HEAD"], ShadowEndpoints.MethodNotAllowed);
        endpoints.MapGet("/api/v1/things", ShadowEndpoints.ListThingsAsync).AddEndpointFilter(new KnownParameters("where", "select", "shadow", "pageSize", "nextToken"));
        endpoints.MapGet("/api/v1/things/{thing}/shadow/history", HistoryEndpoint.GetAsync).AddEndpointFilter(new KnownParameters("name", "limit", "before"));
        endpoints.MapPost("/api/v1/shadows/check", async (HttpContext context, ShadowService shadows) => Results.Json(await shadows.CheckAsync(context.RequestAborted), ListingJson.Options)).AddEndpointFilter(new KnownParameters());
        endpoints.MapPost("/api/v1/things/shadow", BulkEndpoint.UpdateAsync).AddEndpointFilter(new KnownParameters());
        endpoints.MapGet("/api/v1/things/{thing}/shadow/events", EventsEndpoint.OfThingAsync).AddEndpointFilter(new KnownParameters("name", "lastEventId"));
        endpoints.MapGet("/api/v1/shadows/events", EventsEndpoint.OfFleetAsync).AddEndpointFilter(new KnownParameters("things", "name", "lastEventId"));
        return endpoints;
    }

    /// <summary>Maps the four calls of the cloud's data plane alone: get, update and delete a shadow, and list a thing's named ones.</summary>
    public static IEndpointRouteBuilder MapThingShadows(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/things/{thing}/shadow", ShadowEndpoints.GetAsync).AddEndpointFilter(new RateFilter(ShadowOperation.Get));
        endpoints.MapPost("/things/{thing}/shadow", ShadowEndpoints.UpdateAsync).AddEndpointFilter(new RateFilter(ShadowOperation.Update));
        endpoints.MapDelete("/things/{thing}/shadow", ShadowEndpoints.DeleteAsync).AddEndpointFilter(new RateFilter(ShadowOperation.Delete));
        endpoints.MapGet("/api/things/shadow/ListNamedShadowsForThing/{thing}", ShadowEndpoints.ListNamedAsync);
        return endpoints;
    }
}
