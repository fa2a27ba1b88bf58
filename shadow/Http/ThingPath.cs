using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Roost.Shadow.Requests;

namespace Roost.Shadow.Http;

/// <summary>
/// Handlers of paths with <c>{thing}</c>. They are plain delegates, and not methods whose parameters the framework binds: it compiles a lambda for each of those at the
/// start, and the compiler of expressions and what comes with it stay in memory.
/// </summary>
internal static class ThingPath
{
    public static RequestDelegate Of(Func<HttpContext, string, Task> handle) => context => handle(context, ThingOf(context));

    /// <summary>Answers 429 where a thing gets more requests a second than it may.</summary>
    public static RequestDelegate Of(ShadowOperation operation, ShadowService shadows, Func<HttpContext, string, ShadowService, Task> handle) => context =>
    {
        var thing = ThingOf(context);
        return shadows.Throttle.MayAsk(operation, thing) ? handle(context, thing, shadows) : AwsAnswer.WriteErrorAsync(context, ShadowError.TooManyRequests);
    };

    public static string ThingOf(HttpContext context) => (string)context.GetRouteValue("thing")!;
}
