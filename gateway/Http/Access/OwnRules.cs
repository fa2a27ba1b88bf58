using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Roost.Gateway.Http.Access;

/// <summary>
/// Roost's own paths: <c>roost:Read</c> to look and <c>roost:Write</c> for everything else, on the path below the host. What AWS has an action for needs
/// that as well, so that a Deny of it holds here too. Lists are not cut to what their reader may see: the right to a list is a right to all of it.
/// </summary>
internal static class OwnRules
{
    public const string Read = "roost:Read";
    public const string Write = "roost:Write";
    public const string ManageIdentity = "roost:ManageIdentity";

    private const string Thing = "/api/v1/things/{thing}/shadow";
    private const string Function = "/api/v1/functions/{function}";

    /// <summary>Who makes credentials, hands out policies, changes what policies look at or trusts an authority can give himself every right.</summary>
    private static readonly string[] _ofIdentity =
    [
        "/api/v1/tokens", "/api/v1/users", "/api/v1/access-keys", "/api/v1/pairings", "/api/v1/policies", "/api/v1/registry", "/api/v1/certificates", "/api/v1/authorities",
        "/api/v1/provisioning-templates", "/api/v1/secrets", "/api/v1/secrets-key",
    ];

    private static readonly RouteRule _identity = RouteRule.Needs(static context =>
        IsLooking(context.Request.Method) ? Own(context) : Own(context, new RouteRight(ManageIdentity, "*")));

    private static readonly RouteRule _own = RouteRule.Needs(static context => Own(context));
    private static readonly RouteRule _ofFunction = RouteRule.Needs(static context => LambdaRules.FunctionIn(context, "function") is { } function
        ? Own(context, new RouteRight(IsLooking(context.Request.Method) ? "lambda:GetFunction" : "lambda:UpdateFunctionCode", function))
        : null);

    private static readonly RouteRule _ofStream = RouteRule.Needs(static context => AccessTable.Value(context, "name") is not { } stream ? null
        : SystemStreams.RightBeside(stream, IsLooking(context.Request.Method)) is { } beside ? Own(context, beside)
        : Own(context));

    /// <summary>For a route that does not stand among <see cref="All"/>.</summary>
    public static RouteRule ByPattern(string pattern) =>
        pattern.StartsWith("/api/v1/streams/{name}", StringComparison.Ordinal) ? _ofStream
        : pattern == Function || pattern.StartsWith(Function + "/", StringComparison.Ordinal) ? _ofFunction
        : _ofIdentity.Any(path => pattern == path || pattern.StartsWith(path + "/", StringComparison.Ordinal)) ? _identity
        : _own;

    public static IEnumerable<KeyValuePair<string, RouteRule>> All() =>
    [
        new("GET /healthz", RouteRule.Public), // by itself it says less to those who are not known
        new("GET /metrics", RouteRule.Needs("roost:ReadMetrics", "*")),
        new("GET /mqtt", RouteRule.Broker),
        new("GET /openapi/v1.json", RouteRule.Known),

        // An app that has nothing yet shows the code that it was given; guesses are counted there.
        new("POST /api/v1/pairings/redeem", RouteRule.Public),

        // Everything that the gateway keeps, keys included: who may read the rest may not read this by that.
        new("GET /api/v1/backup", RouteRule.Needs(static context => [new(Read, "api/v1/backup"), new(ManageIdentity, "*")])),

        // Messages: the filters are a subscription's, and each message is one that is received.
        new("GET /api/v1/messages", RouteRule.Needs(static context =>
        [
            new(Read, "api/v1/messages"), .. context.Request.Query["filter"].Select(static filter => new RouteRight("iot:Subscribe", $"topicfilter/{filter}")),
        ])),

        // They change nothing.
        new("POST /api/v1/policies/validate", _own),
        new("POST /api/v1/policies/check", _own),

        // Documents of one thing, and of all things.
        new($"GET {Thing}/history", OfShadow("iot:GetThingShadow")),
        new($"GET {Thing}/events", OfShadows("iot:GetThingShadow")),
        new("GET /api/v1/things", OfThings("iot:GetThingShadow")),
        new("GET /api/v1/shadows/events", OfThings("iot:GetThingShadow")),
        new("POST /api/v1/things/shadow", OfThings("iot:UpdateThingShadow")),
        new("GET /api/v1/function-logs", RouteRule.Needs(static context => Own(context, new RouteRight("lambda:GetFunction", "function:", IsOfAll: true)))),

        // Their handlers read the name behind the raw path.
        new("GET /api/v1/retained/{**topic}", RouteRule.Needs(Read, static context => Named(context, "/api/v1/retained/"))),
        new("DELETE /api/v1/retained/{**topic}", RouteRule.Needs(Write, static context => Named(context, "/api/v1/retained/"))),
        new("GET /api/v1/clients/{**client}", RouteRule.Needs(Read, static context => Named(context, "/api/v1/clients/"))),
        new("DELETE /api/v1/clients/{**client}", RouteRule.Needs(Write, static context => Named(context, "/api/v1/clients/"))),
    ];

    private static bool IsLooking(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method);

    private static IReadOnlyList<RouteRight>? Own(HttpContext context, params ReadOnlySpan<RouteRight> beside) =>
        PathOf(context) is { } path ? [new RouteRight(IsLooking(context.Request.Method) ? Read : Write, path), .. beside] : null;

    /// <summary>Of the named shadow that is asked for, or the classic one.</summary>
    private static RouteRule OfShadow(string action) => RouteRule.Needs(context => AccessTable.Value(context, "thing") is { } thing
        ? Own(context, new RouteRight(action, context.Request.Query["name"] is [{ Length: > 0 } name] ? $"thing/{thing}/{name}" : $"thing/{thing}"))
        : null);

    /// <summary>The same; who names none gets all shadows of the thing.</summary>
    private static RouteRule OfShadows(string action) => RouteRule.Needs(context =>
        AccessTable.Value(context, "thing") is not { } thing ? null
        : context.Request.Query["name"] is [{ Length: > 0 } name] ? Own(context, new RouteRight(action, $"thing/{thing}/{name}"))
        : Own(context, new RouteRight(action, $"thing/{thing}"), new RouteRight(action, $"thing/{thing}/", IsOfAll: true)));

    private static RouteRule OfThings(string action) => RouteRule.Needs(context => Own(context, new RouteRight(action, "thing/", IsOfAll: true)));

    /// <summary>As the route was mapped, with the values that its handler reads: routing takes no notice of case and of a last slash, policies do.</summary>
    private static string? PathOf(HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint { RoutePattern: { } pattern })
        {
            return null;
        }

        var segments = new List<string>();
        foreach (var segment in pattern.PathSegments)
        {
            switch (segment.Parts)
            {
                case [RoutePatternLiteralPart literal]:
                    segments.Add(literal.Content);
                    break;
                case [RoutePatternParameterPart parameter] when AccessTable.Value(context, parameter.Name) is { } value:
                    segments.Add(value);
                    break;
                case [RoutePatternParameterPart { IsOptional: true } or RoutePatternParameterPart { IsCatchAll: true }]:
                    break;
                default:
                    return null;
            }
        }

        return string.Join('/', segments);
    }

    private static string? Named(HttpContext context, string prefix) => RawPath.NameBehind(context, prefix) is { } name ? prefix[1..] + name : null;
}
