using Microsoft.AspNetCore.Http;

namespace Roost.Gateway.Http;

/// <summary>
/// What every answer says to browsers, unless its endpoint says otherwise: no guessing of types, no address told on, nothing kept, nothing loaded or framed.
/// No Strict-Transport-Security: it holds for all ports of a name, and would cut off plain HTTP on loopback.
/// </summary>
internal static class SecurityHeaders
{
    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(static state =>
        {
            var context = (HttpContext)state;
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.TryAdd("Referrer-Policy", "no-referrer");
            if (!context.Request.Path.StartsWithSegments("/fn", StringComparison.Ordinal)) // a function's answer is the function's
            {
                headers.TryAdd("Cache-Control", "no-store");
                headers.TryAdd("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
            }

            return Task.CompletedTask;
        }, context);
        return next(context);
    }
}
