using Microsoft.AspNetCore.Http;

namespace Roost.Gateway.Http.Access;

/// <summary>Who may call one route.</summary>
internal sealed class RouteRule
{
    /// <summary>Everybody, without showing anything.</summary>
    public static readonly RouteRule Public = new(null) { IsPublic = true };

    /// <summary>Everybody who has shown who he is: nothing is to be had there.</summary>
    public static readonly RouteRule Known = new(_ => []);

    /// <summary>The broker decides, by what HTTP has seen or by the user name and password in the CONNECT.</summary>
    public static readonly RouteRule Broker = new(_ => []) { IsPublic = true };

    private readonly Func<HttpContext, IReadOnlyList<RouteRight>?>? _rights;

    private RouteRule(Func<HttpContext, IReadOnlyList<RouteRight>?>? rights) => _rights = rights;

    public bool IsPublic { get; private init; }

    /// <param name="rights">All of them are needed. Null: the path does not name what it should, so that nothing there can be asked for.</param>
    public static RouteRule Needs(Func<HttpContext, IReadOnlyList<RouteRight>?> rights) => new(rights);

    public static RouteRule Needs(string action, Func<HttpContext, string?> resource) =>
        new(context => resource(context) is { } name ? [new RouteRight(action, name)] : null);

    public static RouteRule Needs(string action, string resource) => new(_ => [new RouteRight(action, resource)]);

    public IReadOnlyList<RouteRight>? RightsFor(HttpContext context) => _rights is null ? [] : _rights(context);
}
