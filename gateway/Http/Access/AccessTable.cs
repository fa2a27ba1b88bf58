using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Roost.Gateway.Http.Access;

/// <summary>
/// What each route asks of who calls it. A route that does not stand here is open to nobody from the network; a test compares the table with the routes of
/// a started daemon. Resources are what the route's handler will use: the decoded route value, or the name behind the raw path.
/// </summary>
internal static class AccessTable
{
    private const string OwnPrefix = "/api/v1/";

    private static readonly FrozenDictionary<string, RouteRule> _rules = DataPlaneRules.All()
        .Concat(LambdaRules.All())
        .Concat(OwnRules.All())
        .ToFrozenDictionary(static rule => rule.Key, static rule => rule.Value, StringComparer.Ordinal);

    /// <summary>Routes that stand in the table by themselves, as <c>METHOD PATTERN</c>; <c>*</c> for every method.</summary>
    public static IReadOnlyCollection<string> Routes => _rules.Keys;

    /// <summary>The rule of the route that a request has met; null: there is none, and nobody may.</summary>
    public static RouteRule? Find(HttpContext context) => context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } pattern } ? Find(context.Request.Method, pattern) : null;

    /// <param name="pattern">As it was mapped: <c>/things/{thing}/shadow</c>.</param>
    public static RouteRule? Find(string method, string pattern) =>
        _rules.TryGetValue($"{method} {pattern}", out var rule) || _rules.TryGetValue($"* {pattern}", out rule) ? rule
        : pattern.StartsWith(OwnPrefix, StringComparison.Ordinal) ? OwnRules.ByPattern(pattern)
        : null;

    /// <summary>A route's value, decoded as its handler has it.</summary>
    public static string? Value(HttpContext context, string name) => context.GetRouteValue(name) as string is { Length: > 0 } value ? value : null;
}
