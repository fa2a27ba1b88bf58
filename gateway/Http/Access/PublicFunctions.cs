using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Roost.LocalLambda;

namespace Roost.Gateway.Http.Access;

/// <summary>
/// Functions whose URLs everybody on the network may call (<c>http.public-functions</c>): when a URL was made, only this machine could reach it, so the owner says it
/// anew for the network. What such a request shows of itself is for the function alone.
/// </summary>
internal sealed class PublicFunctions(IEnumerable<string> names)
{
    private readonly HashSet<string> _names = new(names, StringComparer.Ordinal);

    public bool IsAsked(HttpContext context) =>
        _names.Count > 0 && context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: LambdaRules.FunctionUrl }
        && AccessTable.Value(context, "function") is { } text && FunctionArn.TryParse(text, out var arn) && _names.Contains(arn.Name);
}
