using Microsoft.AspNetCore.Http;

namespace Roost.Shadow.Http;

/// <summary>
/// Refuses a query with a parameter that the path does not have: ignoring a <c>filter</c> that should have been <c>where</c> would answer with all things.
/// For Roost's own paths; the cloud's ignore what they do not know, as the cloud does.
/// </summary>
internal static class KnownParameters
{
    public static RequestDelegate Only(string[] known, RequestDelegate handle) => context =>
        context.Request.Query.Keys.FirstOrDefault(given => !known.Contains(given, StringComparer.OrdinalIgnoreCase)) is { } unknown
            ? Refusal(known, unknown).ExecuteAsync(context)
            : handle(context);

    /// <summary>A path that answers with a result.</summary>
    public static RequestDelegate Only(string[] known, Func<HttpContext, Task<IResult>> handle) =>
        Only(known, (RequestDelegate)(async context => await (await handle(context)).ExecuteAsync(context)));

    private static IResult Refusal(string[] known, string unknown) => QueryEndpoint.Refuse(
        known.Length == 0 ? $"'{unknown}' is no parameter of this path, which has none" : $"'{unknown}' is no parameter of this path: it has {string.Join(", ", known)}", position: null);
}
