using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Roost.Gateway.Http.Tls;
using Roost.Identity;
using Roost.LocalLambda;

namespace Roost.Gateway.Http;

/// <summary>
/// Loopback HTTP asks for no identity, and browsers show client certificates by themselves: every page in the owner's browser can reach us. Three checks keep
/// pages of other sites out: the Host must be one of ours (a foreign name that was made to resolve to our address is not), a browser's Origin must be the very
/// address that was asked, and its Sec-Fetch-Site, which it sends where it sends no Origin, must not be another site. Programs send
/// neither and pass. Over TLS the owner can let in pages of <c>http.origins</c>, which then need a token or a signature. What the owner of a function lets in with the
/// <c>cors</c> of its URL passes to that function. The unix socket is not reachable from pages.
/// </summary>
internal sealed class BrowserGuard(IOptions<HttpOptions> options, FunctionUrls functions)
{
    private readonly string[] _hosts = [.. options.Value.Hosts];
    private readonly CrossOriginPages _pages = new(options.Value.Origins);

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Connection.LocalIpAddress is not null)
        {
            if (!IsOurs(context))
            {
                await context.RefuseAsync(StatusCodes.Status403Forbidden, "This Host is not served here; use localhost or a loopback address, or add the name to http.hosts.");
                return;
            }

            if (CrossSite.IsOfAnotherSite(context.Request) && !functions.Allows(context.Request.Path, context.Request.Headers.Origin.ToString()))
            {
                // Without identity a page's site is all that tells friend from foe; such a list would open the machine to every script of the sites on it.
                if (context.Features.Get<LocalConnection>() is not null || !_pages.Allows(context.Request))
                {
                    await context.RefuseAsync(StatusCodes.Status403Forbidden, "Requests from pages of other sites are refused.");
                    return;
                }

                if (CrossOriginPages.Answer(context))
                {
                    return;
                }
            }
        }

        await next(context);
    }

    private bool IsOurs(HttpContext context)
    {
        var name = context.Request.Host.Host;
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name.Trim('[', ']'), out var address) && (IPAddress.IsLoopback(address) || IsTheAddressAsked(address, context)))
            || _hosts.Contains(name, StringComparer.OrdinalIgnoreCase)
            || context.Features.Get<PeerCertificate>()?.Server.IsFor(name.Trim('[', ']')) == true;
    }

    /// <summary>A name that resolves to us could be anybody's; the address itself is ours.</summary>
    private static bool IsTheAddressAsked(IPAddress address, HttpContext context) =>
        context.Connection.LocalIpAddress is { } local && address.Equals(local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local);
}
