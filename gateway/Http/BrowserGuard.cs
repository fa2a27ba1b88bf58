using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Roost.LocalLambda;

namespace Roost.Gateway.Http;

/// <summary>
/// Loopback HTTP asks for no identity, yet every page in the owner's browser can reach it. Three checks keep pages of other sites out:
/// the Host must be one of ours (a foreign name that was made to resolve to 127.0.0.1 is not), a browser's Origin must be the very
/// address that was asked, and its Sec-Fetch-Site, which it sends where it sends no Origin, must not be another site. Programs send
/// neither and pass. What the owner of a function lets in with the <c>cors</c> of its URL passes to that function. The unix socket is not reachable from pages.
/// </summary>
internal sealed class BrowserGuard(IOptions<HttpOptions> options, FunctionUrls functions)
{
    private readonly string[] _hosts = [.. options.Value.Hosts];

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Connection.LocalIpAddress is not null)
        {
            if (!IsOurs(context.Request.Host))
            {
                await context.RefuseAsync(StatusCodes.Status403Forbidden, "This Host is not served here; use localhost or a loopback address, or add the name to http.hosts.");
                return;
            }

            if (IsOfAnotherSite(context.Request) && !functions.Allows(context.Request.Path, context.Request.Headers.Origin.ToString()))
            {
                await context.RefuseAsync(StatusCodes.Status403Forbidden, "Requests from pages of other sites are refused.");
                return;
            }
        }

        await next(context);
    }

    private static bool IsOfAnotherSite(HttpRequest request) =>
        request.Headers.Origin is { Count: > 0 } origin && origin != $"{request.Scheme}://{request.Host}"
        || request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site && site != "same-origin" && site != "none";

    private bool IsOurs(HostString host)
    {
        var name = host.Host;
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))
            || _hosts.Contains(name, StringComparer.OrdinalIgnoreCase);
    }
}
