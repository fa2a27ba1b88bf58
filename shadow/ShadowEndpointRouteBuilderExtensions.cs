using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Roost.Shadow.Http;
using Roost.Shadow.Requests;
using Roost.Shadow.Sync;
using static Roost.Shadow.Http.KnownParameters;

namespace Roost.Shadow;

public static class ShadowEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps <c>/things/{thing}/shadow</c>, <c>/api/things/shadow/ListNamedShadowsForThing/{thing}</c>, and of Roost's own
    /// <c>/api/v1/things</c>, <c>/api/v1/things/shadow</c>, <c>/api/v1/things/{thing}/shadow/events</c> and <c>/api/v1/shadows/events</c>; <c>/api/v1/shadow-sync</c> where a <see cref="ShadowSync"/> is registered.
    /// Who may call them is the caller's business.
    /// </summary>
    public static IEndpointRouteBuilder MapShadows(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var (shadows, lifetime) = (services.GetRequiredService<ShadowService>(), services.GetRequiredService<IHostApplicationLifetime>());
        if (services.GetService<ShadowSync>() is { } sync)
        {
            endpoints.MapGet("/api/v1/shadow-sync", Only(["thing", "state", "pageSize", "nextToken"], context => Task.FromResult(SyncEndpoint.List(context, sync))));
            endpoints.MapPost("/api/v1/shadow-sync/accept-deletions", Only(["thing"], context => SyncEndpoint.AcceptDeletionsAsync(context, sync)));
            endpoints.MapPost("/api/v1/shadow-sync/put-back", Only(["thing"], context => SyncEndpoint.PutBackAsync(context, sync)));
        }

        endpoints.MapThingShadows();
        endpoints.MapMethods("/things/{thing}/shadow", ["PUT", "PATCH", "HEAD"], ShadowEndpoints.MethodNotAllowed);
        endpoints.MapMethods("/api/things/shadow/ListNamedShadowsForThing/{thing}", ["POST", "PUT", "PATCH", "DELETE", "HEAD"], ShadowEndpoints.MethodNotAllowed);
        endpoints.MapGet("/api/v1/things", Only(["where", "select", "shadow", "pageSize", "nextToken"], context => ShadowEndpoints.ListThingsAsync(context, shadows)));
        endpoints.MapGet("/api/v1/things/{thing}/shadow/history", Only(["name", "limit", "before"], context => HistoryEndpoint.GetAsync(context, ThingPath.ThingOf(context), shadows)));
        endpoints.MapPost("/api/v1/shadows/check", Only([], async context => Results.Json(await shadows.CheckAsync(context.RequestAborted), ListingJson.Options)));
        endpoints.MapPost("/api/v1/things/shadow", Only([], context => BulkEndpoint.UpdateAsync(context, shadows)));
        endpoints.MapGet("/api/v1/things/{thing}/shadow/events", Only(["name", "lastEventId"], context => EventsEndpoint.OfThingAsync(context, ThingPath.ThingOf(context), shadows, lifetime)));
        endpoints.MapGet("/api/v1/shadows/events", Only(["things", "name", "lastEventId"], context => EventsEndpoint.OfFleetAsync(context, shadows, lifetime)));
        return endpoints;
    }

    /// <summary>Maps the four calls of the cloud's data plane alone: get, update and delete a shadow, and list a thing's named ones.</summary>
    public static IEndpointRouteBuilder MapThingShadows(this IEndpointRouteBuilder endpoints)
    {
        var shadows = endpoints.ServiceProvider.GetRequiredService<ShadowService>();
        var clock = endpoints.ServiceProvider.GetRequiredService<TimeProvider>();
        endpoints.MapGet("/things/{thing}/shadow", ThingPath.Of(ShadowOperation.Get, shadows, ShadowEndpoints.GetAsync));
        endpoints.MapPost("/things/{thing}/shadow", ThingPath.Of(ShadowOperation.Update, shadows, ShadowEndpoints.UpdateAsync));
        endpoints.MapDelete("/things/{thing}/shadow", ThingPath.Of(ShadowOperation.Delete, shadows, ShadowEndpoints.DeleteAsync));
        endpoints.MapGet("/api/things/shadow/ListNamedShadowsForThing/{thing}", ThingPath.Of((context, thing) => ShadowEndpoints.ListNamedAsync(context, thing, shadows, clock)));
        return endpoints;
    }
}
