using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Roost.Gateway.Configuration;
using Roost.Gateway.Http;
using Roost.Gateway.Http.Access;

namespace Roost.Gateway.Health;

/// <summary><c>GET /healthz</c>: 200 while every room serves (also degraded), else 503; each room's state and all reasons in the body, for who may read them.</summary>
internal static class HealthEndpoint
{
    public static void MapHealth(this IEndpointRouteBuilder endpoints, IReadOnlyList<IHealthSource> sources) =>
        endpoints.MapGet("/healthz", context => AnswerAsync(context, sources));

    private static Task AnswerAsync(HttpContext context, IReadOnlyList<IHealthSource> sources)
    {
        var rooms = sources.Select(source => source.Check()).ToList();
        var worst = rooms.Select(room => room.State).DefaultIfEmpty(RoomState.Up).Max();
        context.Response.StatusCode = worst == RoomState.Down ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        context.Response.Headers.CacheControl = "no-store";
        var showsReasons = context.Features.Get<HttpCaller>()?.May(OwnRules.Read, "healthz") == true;
        return context.AnswerAsync(writer =>
        {
            if (!showsReasons)
            {
                writer.WriteString("status", worst == RoomState.Down ? "down" : "up"); // whoever is on the network learns no more
                return;
            }

            writer.WriteString("status", KeyName.Of(worst.ToString()));
            writer.WriteStartObject("rooms");
            foreach (var room in rooms)
            {
                writer.WriteStartObject(room.Room);
                writer.WriteString("state", KeyName.Of(room.State.ToString()));
                if (room.Reason is not null)
                {
                    writer.WriteString("reason", room.Reason);
                    writer.WriteStartArray("reasons");
                    foreach (var reason in room.Reasons)
                    {
                        writer.WriteStringValue(reason);
                    }

                    writer.WriteEndArray();
                }

                if (room.Note is not null)
                {
                    writer.WriteString("note", room.Note);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        });
    }
}
