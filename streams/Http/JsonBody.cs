using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Roost.Streams.Http;

/// <summary>The body of a request that says something small in JSON.</summary>
internal static class JsonBody
{
    private const int MostBytes = 64 * 1024;

    /// <summary>An empty body is an empty object. The caller disposes of the document.</summary>
    /// <exception cref="RequestRefusedException">It is no JSON, or too large for what is asked.</exception>
    public static async Task<JsonDocument> ReadAsync(HttpContext context, string example)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MostBytes;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (body.Length == 0)
        {
            return JsonDocument.Parse("{}");
        }

        try
        {
            body.Position = 0;
            return await JsonDocument.ParseAsync(body);
        }
        catch (JsonException exception)
        {
            throw RequestRefusedException.BadRequest($"The body is no valid JSON: {exception.Message} Send something like {example}.");
        }
    }
}
