using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Roost.Gateway.Http;

/// <summary>CORS for the pages of <c>http.origins</c>: their scripts may ask and read, with a token or a signature that they have, never with what the browser shows by itself.</summary>
internal sealed class CrossOriginPages(IReadOnlyCollection<string> origins)
{
    private const string Methods = "GET, POST, PUT, PATCH, DELETE";
    private const string MaxAgeSeconds = "600";
    private const string Exposed = "Date, ETag, x-amzn-ErrorType, x-amzn-RequestId, X-Amz-Executed-Version, X-Amz-Function-Error, X-Amz-Log-Result";

    public bool Allows(HttpRequest request) => request.Headers.Origin is [{ Length: > 0 } origin] && (origins.Contains("*") || origins.Contains(origin, StringComparer.Ordinal));

    /// <returns>True: it was a preflight, and is answered.</returns>
    public static bool Answer(HttpContext context)
    {
        var (request, headers) = (context.Request, context.Response.Headers);
        headers.AccessControlAllowOrigin = request.Headers.Origin;
        headers.Vary = StringValues.Concat(headers.Vary, "Origin");
        if (!HttpMethods.IsOptions(request.Method) || request.Headers.AccessControlRequestMethod.Count == 0)
        {
            headers.AccessControlExposeHeaders = Exposed;
            return false;
        }

        headers.AccessControlAllowMethods = Methods;
        headers.AccessControlAllowHeaders = request.Headers.AccessControlRequestHeaders; // of a site that the owner has named; credentials decide what it may
        headers.AccessControlMaxAge = MaxAgeSeconds;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return true;
    }
}
