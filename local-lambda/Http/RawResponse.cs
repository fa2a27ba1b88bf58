using Microsoft.AspNetCore.Http;

namespace Roost.LocalLambda.Http;

internal static class RawResponse
{
    /// <summary>Writes a body of known length; the status has been set.</summary>
    public static Task WriteAsync(HttpContext http, string contentType, ReadOnlyMemory<byte> body)
    {
        http.Response.ContentType = contentType;
        http.Response.ContentLength = body.Length;
        return http.Response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }
}
