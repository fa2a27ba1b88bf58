using Microsoft.AspNetCore.Http;

namespace Roost.Gateway.Http;

/// <summary>What browsers say of the page that made them ask. Programs say nothing.</summary>
internal static class CrossSite
{
    public static bool IsOfAnotherSite(HttpRequest request) =>
        request.Headers.Origin is { Count: > 0 } origin && origin != $"{request.Scheme}://{request.Host}"
        || request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site && site != "same-origin" && site != "none";
}
