using Microsoft.AspNetCore.Http;

namespace Roost.Shadow.Http;

/// <summary>
/// Refuses a query with a parameter that the path does not have: ignoring a <c>filter</c> that should have been <c>where</c> would answer with all things.
/// For Roost's own paths; the cloud's ignore what they do not know, as the cloud does.
/// </summary>
internal sealed class KnownParameters(params string[] known) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        foreach (var given in context.HttpContext.Request.Query.Keys)
        {
            if (!known.Contains(given, StringComparer.OrdinalIgnoreCase))
            {
                return QueryEndpoint.Refuse(
                    known.Length == 0 ? $"'{given}' is no parameter of this path, which has none" : $"'{given}' is no parameter of this path: it has {string.Join(", ", known)}", position: null);
            }
        }

        return await next(context);
    }
}
