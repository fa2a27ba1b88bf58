using Microsoft.AspNetCore.Http;

namespace Roost.Gateway.Http.Access;

/// <summary>
/// Roost's own paths: <c>roost:Read</c> to look and <c>roost:Write</c> for everything else, on the path below the host. Lists are not cut to what their
/// reader may see: the right to a list is a right to all of it.
/// </summary>
internal static class OwnRules
{
    public const string Read = "roost:Read";
    public const string Write = "roost:Write";

    private static readonly RouteRule _read = RouteRule.Needs(Read, PathOf);
    private static readonly RouteRule _write = RouteRule.Needs(Write, PathOf);

    public static RouteRule ByMethod(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) ? _read : _write;

    public static IEnumerable<KeyValuePair<string, RouteRule>> All() =>
    [
        new("GET /healthz", RouteRule.Public), // by itself it says less to those who are not known
        new("GET /metrics", RouteRule.Needs("roost:ReadMetrics", "*")),
        new("GET /mqtt", RouteRule.Broker),

        // An app that has nothing yet shows the code that it was given; guesses are counted there.
        new("POST /api/v1/pairings/redeem", RouteRule.Public),

        // Everything that the gateway keeps, keys included: who may read the rest may not read this by that.
        new("GET /api/v1/backup", RouteRule.Needs(static context => [new(Read, PathOf(context)!), new(Write, PathOf(context)!)])),

        // Messages: the filters are a subscription's, and each message is one that is received.
        new("GET /api/v1/messages", RouteRule.Needs(static context =>
        [
            new(Read, "api/v1/messages"), .. context.Request.Query["filter"].Select(static filter => new RouteRight("iot:Subscribe", $"topicfilter/{filter}")),
        ])),

        // Their handlers read the name behind the raw path.
        new("GET /api/v1/retained/{**topic}", RouteRule.Needs(Read, static context => Named(context, "/api/v1/retained/"))),
        new("DELETE /api/v1/retained/{**topic}", RouteRule.Needs(Write, static context => Named(context, "/api/v1/retained/"))),
        new("GET /api/v1/clients/{**client}", RouteRule.Needs(Read, static context => Named(context, "/api/v1/clients/"))),
        new("DELETE /api/v1/clients/{**client}", RouteRule.Needs(Write, static context => Named(context, "/api/v1/clients/"))),
    ];

    private static string? PathOf(HttpContext context) => context.Request.Path.Value is { Length: > 1 } path ? path[1..] : null;

    private static string? Named(HttpContext context, string prefix) => RawPath.NameBehind(context, prefix) is { } name ? prefix[1..] + name : null;
}
