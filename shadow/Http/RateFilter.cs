using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Roost.Shadow.Requests;

namespace Roost.Shadow.Http;

/// <summary>Answers 429 where a thing gets more requests a second than it may.</summary>
internal sealed class RateFilter(ShadowOperation operation) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var shadows = (ShadowService)http.RequestServices.GetService(typeof(ShadowService))!;
        if (shadows.Throttle.MayAsk(operation, (string)http.GetRouteValue("thing")!))
        {
            return await next(context);
        }

        await AwsAnswer.WriteErrorAsync(http, ShadowError.TooManyRequests);
        return Results.Empty;
    }
}
