using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Roost.Gateway.Http;

namespace Roost.Gateway.Routing;

/// <summary><c>GET /api/v1/routes</c>: the routes in force, in their order, and what each has done since the start.</summary>
internal static class RoutesEndpoint
{
    public static void MapRoutes(this IEndpointRouteBuilder endpoints, RouteTable table) =>
        endpoints.MapGet("/api/v1/routes", context => AnswerAsync(context, table));

    private static Task AnswerAsync(HttpContext context, RouteTable table) => context.AnswerAsync(writer =>
    {
        writer.WriteStartArray("routes");
        foreach (var route in table.Routes)
        {
            writer.WriteStartObject();
            writer.WriteString("from", route.From.Value);
            writer.WriteString("to", route.Target);
            writer.WriteNumber("matched", route.Matched);
            writer.WriteNumber("dropped", route.Dropped);
            writer.WriteString("fault", route.Fault);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });
}
