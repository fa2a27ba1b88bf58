using Microsoft.AspNetCore.Http;
using Roost.Gateway.Http.Access;
using Roost.LocalLambda;

namespace Roost.Gateway.Functions;

/// <summary>The rights of who was let in by the door. Whoever has not come through it has none.</summary>
internal sealed class FunctionCallerRights : ICallerRights
{
    public bool May(HttpContext context, string action, string resource) =>
        context.Features.Get<HttpCaller>() is { } caller && caller.May(action, resource) && (SystemStreams.RightBeside(action, resource) is not { } beside || caller.May(beside));
}
