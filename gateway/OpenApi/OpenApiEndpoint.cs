using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Roost.Gateway.OpenApi;

/// <summary><c>GET /openapi/v1.json</c>: Roost's own paths, for programs that make clients.</summary>
internal static class OpenApiEndpoint
{
    public static void MapOpenApi(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/openapi/v1.json", static async context =>
    {
        var document = OpenApiDocument.Write(OwnOperations.Read()); // made anew: few ask, and a copy would stay in memory
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = document.Length;
        await context.Response.Body.WriteAsync(document, context.RequestAborted);
    });
}
