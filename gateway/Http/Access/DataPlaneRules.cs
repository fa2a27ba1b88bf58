using Microsoft.AspNetCore.Http;

namespace Roost.Gateway.Http.Access;

/// <summary>The AWS IoT data plane, with AWS's actions and resources.</summary>
internal static class DataPlaneRules
{
    private const string Shadow = "/things/{thing}/shadow";
    private const string ShadowNames = "/api/things/shadow/ListNamedShadowsForThing/{thing}";
    private const string Connections = "/connections/";

    public static IEnumerable<KeyValuePair<string, RouteRule>> All() =>
    [
        new($"GET {Shadow}", RouteRule.Needs("iot:GetThingShadow", ShadowOf)),
        new($"POST {Shadow}", RouteRule.Needs("iot:UpdateThingShadow", ShadowOf)),
        new($"DELETE {Shadow}", RouteRule.Needs("iot:DeleteThingShadow", ShadowOf)),
        new($"* {Shadow}", RouteRule.Known), // answers that the method is wrong
        new($"GET {ShadowNames}", RouteRule.Needs("iot:ListNamedShadowsForThing", static context => AccessTable.Value(context, "thing") is { } thing ? $"thing/{thing}" : null)),
        new($"* {ShadowNames}", RouteRule.Known),
        new("POST /topics/{**topic}", RouteRule.Needs(PublishRights)),
        new("GET /retainedMessage", RouteRule.Needs("iot:ListRetainedMessages", "*")),
        new("GET /retainedMessage/{**topic}", RouteRule.Needs("iot:GetRetainedMessage", static context => RawPath.NameBehind(context, "/retainedMessage/") is { } topic ? $"topic/{topic}" : null)),
        new($"GET {Connections}{{**client}}", RouteRule.Needs(static context => Client(context, "/subscriptions") is { } client
            ? [new("iot:ListSubscriptions", client)]
            : Client(context, "") is { } one ? [new RouteRight("iot:GetConnection", one)] : null)),
        new($"DELETE {Connections}{{**client}}", RouteRule.Needs("iot:DeleteConnection", static context => Client(context, ""))),
    ];

    /// <summary>As AWS has it: <c>thing/NAME</c> for the classic shadow, <c>thing/NAME/SHADOW</c> for a named one.</summary>
    private static string? ShadowOf(HttpContext context)
    {
        if (AccessTable.Value(context, "thing") is not { } thing)
        {
            return null;
        }

        var name = context.Request.Query["name"];
        return name.Count > 1 ? null : name.ToString() is { Length: > 0 } shadow ? $"thing/{thing}/{shadow}" : $"thing/{thing}";
    }

    /// <summary>A message that is to be retained needs both, as over MQTT.</summary>
    private static IReadOnlyList<RouteRight>? PublishRights(HttpContext context)
    {
        if (RawPath.NameBehind(context, "/topics/") is not { Length: > 0 } topic)
        {
            return null;
        }

        var publish = new RouteRight("iot:Publish", $"topic/{topic}");
        return context.Request.Query["retain"].ToString() is "" or "false" ? [publish] : [publish, new RouteRight("iot:RetainPublish", $"topic/{topic}")];
    }

    private static string? Client(HttpContext context, string suffix) => RawPath.NameBetween(context, Connections, suffix) is { Length: > 0 } client ? $"client/{client}" : null;
}
