using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Roost.Identity;
using Roost.LocalLambda;

namespace Roost.Gateway.Http.Access;

/// <summary>Says who may do what he asks, by the route that the request has met and the names that its handler will read. Whatever stands in no table is refused.</summary>
internal sealed class RequestAuthorization(LiveRequests live, DenialNotes notes, FunctionUrls functions, PublicFunctions publicFunctions)
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var caller = context.Features.Get<HttpCaller>();
        if (caller is { IsLocal: true })
        {
            return next(context);
        }

        var rule = AccessTable.Find(context);
        if (ReferenceEquals(rule, RouteRule.Broker) && caller is { IsAmbient: true } && CrossSite.IsOfAnotherSite(context.Request))
        {
            return RefuseAmbientAsync(context); // the broker does not know what page has opened the WebSocket
        }

        if (rule?.IsPublic == true || publicFunctions.IsAsked(context) || IsFunctionPreflight(context.Request))
        {
            return next(context);
        }

        if (caller?.Principal is not { } principal)
        {
            notes.Note(context, null, "No credential was shown.");
            return context.RefuseUnknownAsync();
        }

        if (context.GetEndpoint() is not RouteEndpoint)
        {
            return next(context); // nothing is served there: 404, or 405
        }

        if (rule is null)
        {
            return DenyAsync(context, principal, null);
        }

        if (rule.RightsFor(context) is not { } needs)
        {
            return context.RefuseAsAwsAsync(StatusCodes.Status400BadRequest, "InvalidRequestException", "The path does not name what it should.");
        }

        foreach (var right in needs)
        {
            if (!caller.May(right))
            {
                return DenyAsync(context, principal, right);
            }
        }

        return caller.IsAmbient && CrossSite.IsOfAnotherSite(context.Request)
            ? RefuseAmbientAsync(context)
            : live.RunAsync(context, caller, needs, next);
    }

    private static Task RefuseAmbientAsync(HttpContext context) => context.RefuseAsync(
        StatusCodes.Status403Forbidden, "Pages of other sites need a token or a signature; a certificate, which browsers show by themselves, is not enough.");

    /// <summary>What a browser asks before it asks, without credentials: the function's own list of origins answers, and the function is not called.</summary>
    private bool IsFunctionPreflight(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method) && request.Headers.AccessControlRequestMethod.Count > 0 && functions.Allows(request.Path, request.Headers.Origin.ToString());

    private Task DenyAsync(HttpContext context, Principal principal, RouteRight? missing)
    {
        notes.Note(context, principal.Id, missing is { } right ? $"No policy allows {right}." : "Nobody may do this over the network.", principal.Thing);
        return context.RefuseDeniedAsync(missing);
    }
}
