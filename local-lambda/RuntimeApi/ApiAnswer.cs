using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Roost.LocalLambda.RuntimeApi;

/// <summary>Writes answers of the Runtime API; a call that it does not take gets <c>{"errorMessage":...,"errorType":...}</c>.</summary>
internal static class ApiAnswer
{
    public static Task InvalidRequestIdAsync(HttpContext http) => RefuseAsync(http, 400, "InvalidRequestID", "Invalid request ID");

    public static Task InvalidTransitionAsync(HttpContext http, string message) => RefuseAsync(http, 403, "InvalidStateTransition", message);

    public static Task TruncatedAsync(HttpContext http) => RefuseAsync(http, 400, "TruncatedHTTPRequest", "HTTP request detected as truncated");

    public static Task RefuseAsync(HttpContext http, int status, string type, string message) =>
        WriteAsync(http, status, InvocationResult.Json, JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["errorMessage"] = message, ["errorType"] = type }));

    public static async Task WriteAsync(HttpContext http, int status, string contentType, ReadOnlyMemory<byte> body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = body.Length;
        await http.Response.BodyWriter.WriteAsync(body, http.RequestAborted);
    }
}
